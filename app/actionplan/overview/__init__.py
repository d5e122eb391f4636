"""The desk of those who run surveys: what is running, what needs doing, opening and closing rounds."""
