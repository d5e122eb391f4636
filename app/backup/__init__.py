"""Backups: every row of one moment in one file, the same for SQLite and PostgreSQL, and the way back."""
