"""Programmes: what partners offer, in fields that can be compared, and what that says of who could learn from whom."""
