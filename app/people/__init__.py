"""Organisations, and the people who run surveys. Those who answer are respondents, kept elsewhere on purpose."""
