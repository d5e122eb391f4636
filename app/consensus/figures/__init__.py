"""Figures of a frozen round: data first, drawn once by the worker, shown with their table everywhere.

`model` says what a figure is, `catalogue` which there are; one module each for opinion, order, groups and change turns
findings into them. `drawing` makes a picture of one, and what answers requests never imports it.
"""
