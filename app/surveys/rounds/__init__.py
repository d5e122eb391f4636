"""Delphi rounds: opening and closing them, who is invited, and what a round tells the next."""
