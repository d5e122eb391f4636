"""The set of indicators that all helices agreed to in a survey."""
