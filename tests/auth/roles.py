"""Whom the matrix of rights tells apart."""

ROLES = ("admin", "coordinator", "manager", "editor", "reviewer")
STAFF = {"admin", "coordinator", "manager"}
READERS = STAFF | {"reviewer"}
OWN = "manager of the partner"
OTHER = "manager of another partner"
ALL = {*ROLES, OWN, OTHER}
BUILDERS = STAFF | {OWN}
