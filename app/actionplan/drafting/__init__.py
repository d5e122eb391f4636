"""Writing an initiative: part by part where it is read, compared, translated, seen as others see it."""
