"""Reasons for and against from all closed rounds, to read, search and put under themes."""
