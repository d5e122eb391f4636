"""From ideas of many to initiatives: reading them beside those alike, taking over, joining, setting aside."""
