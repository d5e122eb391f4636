"""The survey of initiatives: which of them it asks about, in which versions."""
