"""What everybody may read of a survey's results, from when, and who asked to be told."""
