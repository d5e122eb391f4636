"""PostgreSQL as a primary with standbys: how both are named, when a silent one is given up, what a commit is worth."""

import re
from typing import Any

import psycopg
from psycopg.errors import Diagnostic
from sqlalchemy.engine import URL, make_url

SIDE_BY_SIDE = re.compile(r"(postgresql[^:/?]*://(?:[^@/?]*@)?)([^@/?]*,[^@/?]*)((?:[/?].*)?)")
HOST = re.compile(r"\[?([^\[\]]*?)\]?(?::(\d*))?")

WAITS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A machine that is gone says nothing: connections to it end after 25 seconds and no new one waits longer than 5. What
the address says goes before."""


def read_address(address: str) -> URL:
    """The address of a database; of several hosts the one that takes writes is meant unless it says otherwise.

    Hosts stand as programs of PostgreSQL take them, `user@a:5432,b:5433/name`, or in the query.

    >>> read_address("postgresql+psycopg://user@a,b:5433/name").query["port"]
    ',5433'
    >>> read_address("postgresql+psycopg://user@/name?host=a:5432,b:5433").query["target_session_attrs"]
    'read-write'
    >>> read_address("postgresql+psycopg://user@a:5432/name").query
    immutabledict({})
    >>> read_address("postgresql+psycopg://user:a,b@c/name").host
    'c'
    """
    found = SIDE_BY_SIDE.fullmatch(address)
    url = make_url(found[1] + found[3] if found else address)
    if url.get_backend_name() != "postgresql":
        return url
    given = found[2] if found else url.query.get("host", "")
    hosts = given.split(",") if isinstance(given, str) else [*given]
    if len(hosts) < 2:
        return url
    if "port" not in url.query:
        parts = [part for host in hosts if (part := HOST.fullmatch(host))]
        url = url.update_query_dict(
            {"host": ",".join(part[1] for part in parts), "port": ",".join(part[2] or "" for part in parts)}
        )
    elif found:
        url = url.update_query_dict({"host": given})
    if "target_session_attrs" not in url.query:
        url = url.update_query_dict({"target_session_attrs": "read-write"})
    return url


class Connection(psycopg.Connection[Any]):
    """A connection whose commit has succeeded only where the synchronous standby has it as well.

    Where somebody cancels the waiting for the standby, PostgreSQL warns and reports success.
    """

    _is_alone = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.add_notice_handler(self._hear)

    def commit(self) -> None:
        """Commit. Raises psycopg.OperationalError when it is not known to be kept on the standby."""
        self._is_alone = False
        super().commit()
        if self._is_alone:
            raise psycopg.OperationalError("The commit was not confirmed by the synchronous standby.")

    def _hear(self, notice: Diagnostic) -> None:
        # the text of the notice is in the server's language
        self._is_alone |= notice.source_function == "SyncRepWaitForLSN"


def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
    """A connection in place of the driver's own, as an engine asks for it."""
    return Connection.connect(*arguments, **named)
