"""What readings say of one region beside its peers: a profile, not a ranking."""
