"""The web's furniture: rendering, forms, errors, languages, protection. It knows no slice."""
