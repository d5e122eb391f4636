"""What programmes beside each other say: figures of a category, coverage and overlap, and who could learn from whom."""
