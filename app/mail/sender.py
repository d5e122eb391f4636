"""Handing one mail to the mail server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from app.core.clock import now
from app.core.settings import Settings
from app.mail.models import OutboxMessage

TIMEOUT = 30
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class NotSent(Exception):
    """The mail server did not take the mail; `is_final` when trying again is useless."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


def compose(message: OutboxMessage, settings: Settings) -> EmailMessage:
    """The mail with its headers. Its Message-ID follows from the outbox, so that a mail sent twice is one mail."""
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now())
    domain = parseaddr(settings.mail_from)[1].partition("@")[2]
    mail["Message-ID"] = f"<{message.id.hex}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.stop_url:
        # RFC 8058: one click in the mail program, by a POST that needs no cookie
        mail["List-Unsubscribe"] = f"<{message.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.body, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


def send(message: OutboxMessage, settings: Settings) -> None:
    """Hand a mail to the server of INNAXE_SMTP_URL. Raises NotSent with the reason."""
    server = urlsplit(settings.smtp_url)
    host, port = server.hostname or "", server.port
    try:
        mail = compose(message, settings)
        context = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=context)
            if server.scheme == "smtps"
            else smtplib.SMTP(host, port or 587, timeout=TIMEOUT)
        ) as connection:
            if server.scheme != "smtps" and connection.has_extn("starttls"):
                connection.starttls(context=context)
            is_open = server.scheme != "smtps" and not connection.has_extn("starttls") and host not in LOOPBACK
            if server.username and is_open:
                raise NotSent("the server offers no encryption for the password", is_final=False)
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refusal:
        code = next(iter(refusal.recipients.values()))[0]
        raise NotSent(f"the server refused the address ({code})", is_final=code >= 500) from refusal
    except smtplib.SMTPResponseException as refusal:
        raise NotSent(f"the server answered {refusal.smtp_code}", is_final=False) from refusal
    except (OSError, smtplib.SMTPException) as failure:
        raise NotSent(f"the server could not be reached ({type(failure).__name__})", is_final=False) from failure
