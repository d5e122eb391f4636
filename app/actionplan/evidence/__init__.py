"""What workshops and interviews said of initiatives: counted apart from the survey, and shown beside it."""
