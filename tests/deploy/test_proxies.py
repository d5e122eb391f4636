"""nginx and Caddy with the files of deploy/, in front of a real server: limits hold and streams pass."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlmodel import Session

from app.auth.service import make_sign_in_link
from app.core.db import for_writing, make_engine
from tests.faults.site import serving
from tests.make import csrf_in, make_cast, make_open_survey

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
HTTP = "events {} daemon off; user root; pid %s/pid; error_log %s/error.log; http { access_log off; include %s; }"


@dataclass
class Proxied:
    """A proxy in front of a server: where it answers, over TLS or not, and the server's database."""

    address: str
    database: str

    def client(self, source: str = "127.0.0.1") -> httpx.Client:
        own = httpx.HTTPTransport(verify=False, local_address=source)
        return httpx.Client(transport=own, base_url=self.address, timeout=60)

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0


def needed(program: str) -> str:
    """Where a program is; without it the test is skipped, and fails where all must run."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        problem = f"No {program}: make proxies"
        pytest.fail(problem) if os.environ.get("CI") else pytest.skip(problem)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unverified() -> ssl.SSLContext:
    """TLS with whoever answers."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def changed(text: str, changes: dict[str, str]) -> str:
    """The file with what each installation changes; each must be there."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def nginx(folder: Path, port: int, behind: int) -> tuple[str, list[str | Path], dict[str, str]]:
    """The address, the command and the environment of nginx; its configuration has passed `nginx -t`."""
    if os.geteuid() != 0:
        pytest.skip("nginx keeps its files where root may write")
    keys = [folder / "key.pem", folder / "cert.pem"]
    asked = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        [needed("openssl"), "req", *asked, "-keyout", keys[0], "-out", keys[1]], check=True, capture_output=True
    )
    changes = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "survey.example.org": "127.0.0.1",
        "127.0.0.1:8000;": f"127.0.0.1:{behind};",
        "/etc/ssl/innaxe/privkey.pem": str(keys[0]),
        "/etc/ssl/innaxe/fullchain.pem": str(keys[1]),
    }
    (folder / "innaxe.conf").write_text(changed((DEPLOY / "nginx.conf").read_text(), changes))
    (folder / "main.conf").write_text(HTTP % (folder, folder, folder / "innaxe.conf"))
    command: list[str | Path] = [needed("nginx"), "-c", folder / "main.conf", "-p", folder]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    return f"https://127.0.0.1:{port}", command, {}


def caddy(folder: Path, port: int, behind: int) -> tuple[str, list[str | Path], dict[str, str]]:
    """The same of Caddy, whose configuration has passed `caddy validate`, as it is and as it is used here."""
    program, own = needed("caddy"), {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    changes = {
        "survey.example.org {": f"http://127.0.0.1:{port} {{",
        "127.0.0.1:8000 {": f"127.0.0.1:{behind} {{",
        "\tservers {": "\tadmin off\n\tservers {",
    }
    file = folder / "Caddyfile"
    file.write_text(changed((DEPLOY / "Caddyfile").read_text(), changes))
    for one in (DEPLOY / "Caddyfile", file):
        checked = subprocess.run(
            [program, "validate", "--adapter", "caddyfile", "--config", one],
            capture_output=True,
            text=True,
            env=os.environ | own,
        )
        assert checked.returncode == 0, checked.stderr
    return f"http://127.0.0.1:{port}", [program, "run", "--adapter", "caddyfile", "--config", file], own


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    """One for all tests here: a proxy does not see the database, and what is counted is counted in the last of them."""
    folder = tmp_path_factory.mktemp("proxied")
    shutil.copy(sqlite_template, folder / "served.sqlite")
    database = f"sqlite:///{folder / 'served.sqlite'}"
    behind, port = free_port(), free_port()
    address, command, own = request.param(folder, port, behind)
    with (
        serving(database, folder, port=behind, base_url=address, limits="strict"),
        (folder / "log").open("wb") as log,
    ):
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | own)
        try:
            found = Proxied(address, database)
            for _ in range(200):
                with suppress(httpx.TransportError), found.client() as client:
                    if client.get("/healthz").status_code == 200:
                        break
                time.sleep(0.1)
            else:
                pytest.fail((folder / "log").read_text())
            yield found
        finally:
            process.terminate()
            process.wait(timeout=30)


def test_limits_hold_through_the_proxy(proxied: Proxied) -> None:
    with proxied.client() as client:
        large = client.post("/login", content=b"a" * 2_000_000)
        head = client.get("/login", headers={"X-Long": "a" * 60_000})
        metrics = client.get("/metrics")
        assert (large.status_code, metrics.status_code) == (413, 404)
        assert head.status_code in (400, 431)
        for answer in (large, head, metrics):
            assert "X-Request-ID" not in answer.headers, (
                "the server behind would refuse it too, and need not hear of it"
            )
            assert "The head of the request" not in answer.text
        page = client.get("/login")
        assert page.status_code == 200
        assert "Content-Security-Policy" in page.headers
        style = re.search(r'href="(/static/[^"]+/site.css)"', page.text)
        assert style
        assert client.get(style[1]).status_code == 200
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", proxied.port), timeout=60) as slow:
        # over TLS this is a greeting without end, which is cut as well
        slow.sendall(b"\x16\x03\x01\x02\x00\x01" if proxied.address.startswith("https") else b"GET / HTTP/1.1\r\n")
        with suppress(ConnectionError):
            while slow.recv(1000):
                pass
    assert time.monotonic() - began < 30


def test_a_body_that_trickles_has_an_end(proxied: Proxied) -> None:
    began = time.monotonic()
    plain = socket.create_connection(("127.0.0.1", proxied.port), timeout=60)
    is_secret = proxied.address.startswith("https")
    with unverified().wrap_socket(plain, server_hostname="127.0.0.1") if is_secret else plain as slow:
        slow.sendall(
            f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{proxied.port}\r\nContent-Length: 90000\r\n\r\n".encode()
        )
        slow.settimeout(1)
        said = b""
        while time.monotonic() - began < 60:
            try:
                slow.sendall(b"a")
                heard = slow.recv(10_000)
            except TimeoutError:
                continue
            except OSError:
                break
            said += heard
            if not heard:
                break
    assert time.monotonic() - began < 30, said


def test_whoever_asks_too_much_at_once_is_told_when_to_come_back(proxied: Proxied) -> None:
    if not proxied.address.startswith("https"):
        pytest.skip("Caddy has no such limit of its own")
    with proxied.client("127.0.0.3") as client, ThreadPoolExecutor(8) as several:
        answers = [*several.map(client.get, ["/static/none"] * 500)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.headers.get("Retry-After") for answer in refused} == {"5"}
    assert {answer.text for answer in refused} == {"Too many requests at once. Please try again in a few seconds.\n"}


def test_a_stream_passes_unbuffered(proxied: Proxied) -> None:
    engine = make_engine(proxied.database)
    with Session(for_writing(engine), expire_on_commit=False) as session:
        cast, survey = make_cast(session), make_open_survey(session)
        token = make_sign_in_link(session, cast.carla)
        session.commit()
    engine.dispose()
    with proxied.client() as client:
        page = client.get(f"/login/{token}")
        assert client.post(f"/login/{token}", data={"csrf": csrf_in(page.text)}).status_code == 303
        began = time.monotonic()
        with client.stream("GET", f"/surveys/{survey.slug}/live/changes") as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert b"event: changed" in next(answer.iter_raw())
        # held back, it would come with the end of the stream, after ten minutes
        assert time.monotonic() - began < 20


def test_nobody_brings_an_address_of_their_own(proxied: Proxied) -> None:
    with proxied.client() as client, proxied.client("127.0.0.2") as other:
        statuses = [
            client.get("/login/no-such-token", headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number in range(70)
        ]
        assert statuses[0] == 404
        assert statuses[-1] == 429, "all were counted for the machine they came from"
        assert other.get("/login/no-such-token").status_code == 404, "and another machine is another"
