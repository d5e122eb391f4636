"""The fixed words about people, and what an actor is. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Helix(StrEnum):
    """The four groups of the quadruple helix."""

    ACADEMIA = "academia"
    INDUSTRY = "industry"
    GOVERNMENT = "government"
    CIVIL = "civil"


HELIX_WORDS = {
    "academia": "Academia and research",
    "industry": "Industry and business",
    "government": "Public authorities",
    "civil": "Civil society, patients and citizens",
}


class Role(StrEnum):
    """What a person may do, in the consortium or in one partner; `auth/permissions.py` says what each permits."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    EDITOR = "editor"
    REVIEWER = "reviewer"


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person signed in to one consortium, or the operator at the command line (`id` is None).

    `roles` maps an organisation to the role held there; None stands for the whole consortium.
    """

    id: UUID | None
    consortium_id: UUID
    roles: Mapping[UUID | None, Role]
    name: str = ""
    email: str = ""
    language: str = "en"


class Owned(Protocol):
    """A thing of one consortium, and of one of its partners unless `organisation_id` is None."""

    @property
    def consortium_id(self) -> UUID: ...  # noqa: D102 -- named by the class
    @property
    def organisation_id(self) -> UUID | None: ...  # noqa: D102 -- named by the class


LONGEST_ADDRESS = 254
NUTS_CODE = re.compile(r"^[A-Z]{2}[0-9A-Z]{0,3}$")
NUTS_EDITIONS = ("2016", "2021", "2024")
LATEST_NUTS_EDITION = NUTS_EDITIONS[-1]


def is_address(email: str) -> bool:
    """Whether the text can be an e-mail address; only a mail that arrives shows that it is one.

    >>> is_address("name@example.org"), is_address("name@example"), is_address("na me@example.org")
    (True, False, False)
    """
    local, _, domain = email.partition("@")
    has_gaps = any(sign.isspace() or not sign.isprintable() or sign in '<>",;:()[]\\' for sign in email)
    return bool(local) and "." in domain and len(email) <= LONGEST_ADDRESS and not has_gaps and "@" not in domain


def is_plain_line(text: str) -> bool:
    r"""Whether a text fits on one line and holds no control signs: names end up in headers of mails.

    >>> is_plain_line("Ångström & Co"), is_plain_line("Name\r\nBcc: all@example.org"), is_plain_line("a\x00")
    (True, False, False)
    """
    return all(sign.isprintable() for sign in text)


def is_nuts_code(code: str) -> bool:
    """Whether the text has the form of a NUTS code, from country to level 3.

    >>> is_nuts_code("ES51"), is_nuts_code("BG"), is_nuts_code("es51"), is_nuts_code("ES51123")
    (True, True, False, False)
    """
    return bool(NUTS_CODE.match(code))
