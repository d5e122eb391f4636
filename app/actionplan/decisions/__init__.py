"""What a consortium decided on its results: who, why, what the evidence said, and whose interests were touched."""
