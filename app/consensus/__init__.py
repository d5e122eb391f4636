"""What a round said: panels of ratings, their analysis, verdicts, and the frozen results of each round."""
