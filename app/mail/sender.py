"""Handing mails to the mail server, many over one connection."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from types import TracebackType
from urllib.parse import unquote, urlsplit

from app.core.clock import now
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.rules import ADDRESS_REFUSED, HUNG_UP, NO_ENCRYPTION, SERVER_ANSWERED, TOO_SLOW, UNREACHABLE, reason_of

TIMEOUT = 20.0
"""How long the server may be silent, in seconds."""

LONGEST_TALK = 60.0
"""How long connecting, or handing over one mail, may take: a server that trickles is never silent."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
STOPPING = "List-Unsubscribe"
READY, OK, NOT_NOW = 220, 250, 421


class NotSent(Exception):
    """The mail server did not take the mail.

    `is_final` when trying again is useless; `is_server_gone` when the next mail would fare no better now.
    """

    def __init__(self, reason: str, *, is_final: bool = False, is_server_gone: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.is_server_gone = is_server_gone


class _Addresses(EmailPolicy):
    """Writes the address that ends mails on one line: folded, it would be encoded, and no mail program could use it."""

    def fold(self, name: str, value: str) -> str:
        """One header as it is sent."""
        return f"{name}: {value}{self.linesep}" if name == STOPPING else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same as bytes."""
        return self.fold(name, value).encode("ascii") if name == STOPPING else super().fold_binary(name, value)


def compose(message: OutboxMessage, settings: Settings) -> EmailMessage:
    """The mail with its headers. Its Message-ID follows from the outbox, so that a mail sent twice is one mail."""
    mail = EmailMessage(policy=_Addresses())
    mail["From"] = settings.mail_from
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now())
    domain = parseaddr(settings.mail_from)[1].partition("@")[2]
    mail["Message-ID"] = f"<{message.id.hex}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.stop_url:
        # RFC 8058: one click in the mail program, by a POST that needs no cookie
        mail[STOPPING] = f"<{message.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.body, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


class Connection:
    """A connection to the server of INNAXE_SMTP_URL: opened by the first mail, and anew after it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server = urlsplit(settings.smtp_url)
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._open:
            with suppress(OSError, smtplib.SMTPException), _bounded(self._open):
                self._open.quit()
        self._close()

    def send(self, message: OutboxMessage) -> None:
        """Hand one mail over. Raises NotSent with the reason."""
        mail = compose(message, self._settings)
        is_handed_over = False
        try:
            connection = self._reused() or self._connect()
            is_handed_over = True
            with _bounded(connection):
                connection.send_message(mail)
        except NotSent:
            self._close()
            raise
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            if code == NOT_NOW:
                self._close()
            reason = reason_of(code, text.decode("utf-8", "replace")) % {"code": code}
            raise NotSent(reason, is_final=code >= 500, is_server_gone=code == NOT_NOW) from refusal
        except smtplib.SMTPNotSupportedError as lack:
            if not is_handed_over:
                self._close()
                raise NotSent(SERVER_ANSWERED % {"code": "AUTH"}, is_server_gone=True) from lack
            # the address has letters that this server cannot take
            raise NotSent(ADDRESS_REFUSED % {"code": "SMTPUTF8"}, is_final=True) from lack
        except smtplib.SMTPResponseException as refusal:
            is_gone = not is_handed_over or refusal.smtp_code == NOT_NOW
            if is_gone:
                self._close()
            raise NotSent(SERVER_ANSWERED % {"code": refusal.smtp_code}, is_server_gone=is_gone) from refusal
        except TimeoutError as silence:
            self._close()
            raise NotSent(TOO_SLOW, is_server_gone=True) from silence
        except (OSError, smtplib.SMTPException) as failure:
            self._close()
            name = type(failure).__name__
            reason = HUNG_UP if is_handed_over else UNREACHABLE % {"code": name}
            raise NotSent(reason, is_server_gone=True) from failure

    def _reused(self) -> smtplib.SMTP | None:
        """The connection of the mail before, unless the server has closed it since."""
        if self._open:
            with suppress(OSError, smtplib.SMTPException), _bounded(self._open):
                if self._open.noop()[0] == OK:
                    return self._open
            self._close()
        return None

    def _connect(self) -> smtplib.SMTP:
        server, host = self._server, self._server.hostname or ""
        context = ssl.create_default_context()
        is_tls = server.scheme == "smtps"
        # made without its host it does not connect yet, so that connecting can be bounded as well
        connection = smtplib.SMTP_SSL(timeout=TIMEOUT, context=context) if is_tls else smtplib.SMTP(timeout=TIMEOUT)
        self._open = connection
        # smtplib checks the certificate against this name, and sets it only in its constructor
        connection._host = host  # pyright: ignore[reportAttributeAccessIssue]
        with _bounded(connection) as is_cut:
            code, text = connection.connect(host, server.port or (465 if is_tls else 587))
            if code != READY:
                raise smtplib.SMTPConnectError(code, text)
            connection.ehlo_or_helo_if_needed()
            is_open = not is_tls
            if is_open and connection.has_extn("starttls"):
                connection.starttls(context=context)
                is_open = False
            if server.username and is_open and host not in LOOPBACK:
                raise NotSent(NO_ENCRYPTION, is_server_gone=True)
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            if is_cut.is_set():
                # half a reply can read like a whole one
                raise TimeoutError
        return connection

    def _close(self) -> None:
        if self._open:
            self._open.close()
        self._open = None


@contextmanager
def _bounded(connection: smtplib.SMTP) -> Generator[threading.Event]:
    """Cut the line when the talk takes too long; raises TimeoutError where that broke it. Tells whether it was cut."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        if connection.sock:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    alarm = threading.Timer(LONGEST_TALK, cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield is_cut
    except (OSError, smtplib.SMTPException) as failure:
        # smtplib calls a silence a hang-up
        if is_cut.is_set() or isinstance(failure.__context__, TimeoutError):
            raise TimeoutError from failure
        raise
    finally:
        alarm.cancel()
