"""The round of ideas: what people would do, in their own words, before anything is there to be rated."""
