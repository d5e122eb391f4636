"""The five-year plan: which initiatives start in which year under yearly budgets."""
