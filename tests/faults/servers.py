"""Mail servers that misbehave, on the loopback address."""

import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message

LIMIT = 30.0


class RawServer:
    """Speaks just enough SMTP to do each step wrong: `answers` maps a verb to what is said instead of yes.

    The verbs are CONNECT, EHLO, MAIL, RCPT, DATA and BODY. None says nothing; an empty answer hangs up; a function
    is given the socket.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, str | Callable[[socket.socket], None] | None] = {}
        self.mails: list[Message] = []
        self.verbs: list[str] = []
        self.connections = 0
        self._listener = socket.create_server((host, 0))
        self.address = f"{host}:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError, _HungUpError), connection, connection.makefile("rb") as lines:
            self._say(connection, "CONNECT", "220 ready")
            while line := lines.readline():
                verb = line.split(None, 1)[0].decode("latin-1").upper()
                self.verbs.append(verb)
                if verb == "DATA":
                    self._say(connection, "DATA", "354 go on")
                    body = b"".join(iter(lines.readline, b".\r\n"))
                    self.mails.append(message_from_bytes(body))
                    self._say(connection, "BODY", "250 taken")
                elif verb == "QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return
                else:
                    self._say(connection, verb, "250 fine")

    def _say(self, connection: socket.socket, verb: str, usual: str) -> None:
        answer = self.answers.get(verb, usual)
        if callable(answer):
            answer(connection)
        elif answer is None:
            time.sleep(LIMIT)
        elif answer == "":
            connection.shutdown(socket.SHUT_RDWR)
            raise _HungUpError
        else:
            connection.sendall(f"{answer}\r\n".encode())


class _HungUpError(Exception):
    """The server has hung up."""


@contextmanager
def raw_server(
    answers: Mapping[str, str | Callable[[socket.socket], None] | None] | None = None, host: str = "127.0.0.1"
) -> Generator[RawServer]:
    server = RawServer(host)
    server.answers.update(answers or {})
    yield server
    server.close()


def trickle(connection: socket.socket) -> None:
    """Say one sign every now and then and never end the line: no silence is long, and no answer comes."""
    while True:
        connection.sendall(b"2")
        time.sleep(0.05)
