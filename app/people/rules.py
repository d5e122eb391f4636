"""The fixed words about people: the four helices and the roles."""

from enum import StrEnum


class Helix(StrEnum):
    """The four groups of the quadruple helix."""

    ACADEMIA = "academia"
    INDUSTRY = "industry"
    GOVERNMENT = "government"
    CIVIL = "civil"


class Role(StrEnum):
    """What a person may do in the consortium; `auth/permissions.py` says what each permits."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    EDITOR = "editor"
    REVIEWER = "reviewer"


LONGEST_ADDRESS = 254


def is_address(email: str) -> bool:
    """Whether the text can be an e-mail address; only a mail that arrives shows that it is one.

    >>> is_address("name@example.org"), is_address("name@example"), is_address("na me@example.org")
    (True, False, False)
    """
    local, _, domain = email.partition("@")
    has_gaps = any(sign.isspace() or not sign.isprintable() for sign in email)
    return bool(local) and "." in domain and len(email) <= LONGEST_ADDRESS and not has_gaps
