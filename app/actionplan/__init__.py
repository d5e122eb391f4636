"""The plan: initiatives are drafted together, rated, ordered, scheduled and followed."""
