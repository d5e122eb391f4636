"""Initiatives and their versions. A version never changes; every rating points to the one people saw."""
