"""Studies whose figures stand in the documentation."""
