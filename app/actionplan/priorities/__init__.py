"""Priorities: initiatives in order under weights, with how firm that order is."""
