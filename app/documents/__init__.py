"""One neutral document, many formats. A document knows no table of ours, a format knows no report."""
