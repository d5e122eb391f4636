"""A plan is read by others, commented on, voted on, and adopted; an edition keeps what was adopted."""
