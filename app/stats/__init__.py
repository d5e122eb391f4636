"""Counts in, numbers out. Pure functions over arrays of histograms of shape `(..., levels)`.

Counts may be fractional. Inside, what is undefined is a masked `nan`; at the edge (`edge.as_value`)
it becomes None, with the reason in words. Nothing here knows a person, a table or a clock.
"""
