"""Proposals of stakeholders: sent without an account, read by the staff, shown on a wall with what became of them."""
