"""Numbers about regions: what is measured, what it was in each region and year, and what that says of a region."""
