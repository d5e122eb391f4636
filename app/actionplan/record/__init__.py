"""What stands behind a line of the plan: every version, vote, amendment, comment, proposal and decision, by link."""
