"""Which initiatives move which indicators."""
