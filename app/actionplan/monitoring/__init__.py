"""An adopted plan is followed: milestones and who owns them, reports, indicators, risks, and the yearly review."""
