"""What people say about an initiative: comments, amendments, and the answers to both that everybody may read."""
