"""Programmes out of partners' own files: which column is which field, which word which value, and what is wrong."""
