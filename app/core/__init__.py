"""What every slice stands on and which knows nothing of the product: settings, clock, database, errors, words."""
