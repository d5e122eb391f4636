"""What stakeholders say of programmes in a survey: whether each meets what they expect of it."""
