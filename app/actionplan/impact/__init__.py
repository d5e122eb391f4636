"""What programmes are meant to lead to, link by link with its evidence, and what changed beside them: no proof."""
