"""From a figure to a Vega-Lite specification, with Altair. Only the process that renders imports this.

Colours are written as the names of the site's tokens, `var(--l1)`, so that one rendering serves light, dark and print.
"""
