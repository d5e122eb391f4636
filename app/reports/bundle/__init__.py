"""Everything needed to recompute every published figure of a survey, in one file, and the recomputing itself.

`reading` takes it from the database; all else is pure, and `verifying` needs nothing but the file (decision 40).
"""
