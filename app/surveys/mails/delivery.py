"""Whether mails will arrive: what can be seen here without asking anybody, and what to ask the domain's keeper for."""

from dataclasses import dataclass
from email.utils import parseaddr

from app.core.clock import now
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.sender import compose
from app.people.rules import is_address

UNSET_DOMAIN = "localhost.localdomain"


@dataclass(frozen=True)
class DeliveryCheck:
    """One thing that was looked at, and whether it is as it must be."""

    sentence: str
    is_fine: bool


@dataclass(frozen=True)
class DnsRecord:
    """A TXT record that receiving servers look for: its name, what begins its value, and what it is good for."""

    kind: str
    name: str
    value: str
    purpose: str


CHECK_WORDS = {
    "server": (
        "A mail server is set up.",
        "No mail server is set up: mails stay in the outbox. Set INNAXE_SMTP_URL.",
    ),
    "sender": (
        "Mails have a sender of your own.",
        "Mails have no sender of your own. Set INNAXE_MAIL_FROM.",
    ),
    "links": (
        "Links in mails are encrypted (https).",
        "Links in mails are not encrypted. Set INNAXE_BASE_URL to an address that begins with https.",
    ),
    "stopping": (
        "Mail programs can offer one click to stop (List-Unsubscribe).",
        "Mail programs offer one click to stop only for an address with https.",
    ),
}
RECORD_WORDS = {
    "SPF": "Says which servers may send for this domain. Add yours.",
    "DKIM": "Holds the key that checks your mail server's signature. The server names selector and key.",
    "DMARC": "Says what becomes of mails that pass neither check, and who gets the reports.",
}


def delivery_checks(settings: Settings) -> list[DeliveryCheck]:
    """What this installation's settings say about its mails."""
    headers = compose(_sample(settings), settings)
    found = {
        "server": bool(settings.smtp_url),
        "sender": _has_sender(settings),
        "links": settings.is_https,
        "stopping": settings.is_https and "List-Unsubscribe" in headers and "List-Unsubscribe-Post" in headers,
    }
    return [DeliveryCheck(CHECK_WORDS[name][not is_fine], is_fine) for name, is_fine in found.items()]


def dns_records(settings: Settings) -> list[DnsRecord]:
    """The records to ask for; nothing is looked up, since nothing here speaks to other machines."""
    domain = parseaddr(settings.mail_from)[1].partition("@")[2] if _has_sender(settings) else "example.org"
    records = {
        "SPF": (domain, "v=spf1 … -all"),
        "DKIM": (f"…._domainkey.{domain}", "v=DKIM1; k=rsa; p=…"),
        "DMARC": (f"_dmarc.{domain}", "v=DMARC1; p=quarantine; …"),
    }
    return [DnsRecord(kind, name, value, RECORD_WORDS[kind]) for kind, (name, value) in records.items()]


def _has_sender(settings: Settings) -> bool:
    address = parseaddr(settings.mail_from)[1]
    return is_address(address) and not address.endswith(f"@{UNSET_DOMAIN}")


def _sample(settings: Settings) -> OutboxMessage:
    return OutboxMessage(
        kind="test",
        recipient="name@example.org",
        subject="…",
        body="…",
        stop_url=f"{settings.address}/u/…",
        created_at=now(),
        due_at=now(),
    )
