"""Answers as data for everybody: tables without people, what their columns mean, and what was left out and why.

They say what results say and nothing that links two answers of one person (decision 40).
"""
