"""How indicators, programmes and initiatives hang together, and where they do not."""
