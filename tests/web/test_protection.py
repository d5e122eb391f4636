"""What the outermost layer refuses, and what every answer carries."""

import json
import socket
import threading

import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.settings import Settings
from app.main import create_app
from app.web.json import read_json
from app.web.security import HEADERS


def test_unknown_hosts_get_400(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1:9999", ""):
        answer = client.get("/login", headers={"Host": host})
        assert answer.status_code == 400
        assert "request id" not in answer.text
        assert answer.headers["X-Request-ID"] in answer.text


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for path in ("/login", "/nowhere", "/api/v1/nowhere", "/healthz", "/static/x/site.css"):
        answer = client.get(path)
        assert HEADERS.items() <= dict(answer.headers).items() | {(name, answer.headers.get(name)) for name in HEADERS}
        assert answer.headers["X-Request-ID"]


def test_a_request_id_from_the_proxy_is_kept_and_a_strange_one_is_not(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"}).headers["X-Request-ID"] == "abcdef-123456"
    assert client.get("/healthz", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"] != "<script>"


def test_a_large_body_is_refused_announced_or_not(client: TestClient) -> None:
    announced = client.post("/login/x", content=b"", headers={"Content-Length": "200000000"})
    assert announced.status_code == 413
    sent = client.post(
        "/api/v1/surveys/00000000-0000-0000-0000-000000000000/responses",
        content=(b"x" * 100_000 for _ in range(12)),
        headers={"Content-Type": "application/json"},
    )
    assert sent.status_code == 413
    assert sent.json()["request_id"] == sent.headers["X-Request-ID"]


def test_errors_are_pages_for_people_and_problems_for_programs(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"Accept-Language": "de"})
    assert page.status_code == 404
    assert "Nicht gefunden" in page.text
    problem = client.get("/api/v1/nowhere")
    assert problem.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(problem.json())


def test_a_bug_is_a_plain_500_with_a_reference(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("app.auth.routes.find_link", fail)
    answer = client.get("/login/abc")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_database_that_is_gone_is_503(settings: Settings, engine: Engine) -> None:
    app = create_app(settings, engine)
    with TestClient(app, base_url=settings.address) as client:
        assert client.get("/readyz").json()["ready"] is True
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"value": NaN}', id="NaN"),
        pytest.param(b'{"value": Infinity}', id="Infinity"),
        pytest.param(b'{"value": 1e999}', id="a real without end"),
        pytest.param(b'{"value": 1, "value": 2}', id="a key twice"),
        pytest.param(b'{"value": "\\ud800"}', id="half a character"),
        pytest.param(str({"value": 2**70}).replace("'", '"').encode(), id="2^70"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nesting without end"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_json_is_read_strictly(body: bytes) -> None:
    with pytest.raises(Exception, match="cannot be read"):
        read_json(body)


def test_json_that_is_fine_is_read() -> None:
    assert read_json(json.dumps({"a": [1, 2.5, None, "Привет"]}).encode()) == {"a": [1, 2.5, None, "Привет"]}


@pytest.mark.parametrize(
    ("path", "asked_by", "packed"),
    [
        ("/login?try=guess", "same-origin", True),
        ("/login?try=guess", "none", True),
        ("/login?try=guess", "cross-site", False),
        ("/login?try=guess", "same-site", False),
        ("/login?try=guess", "", False),
        ("/static/x/site.css", "cross-site", True),
    ],
)
def test_a_page_that_another_site_asks_for_tells_nothing_by_how_well_it_packs(
    client: TestClient, path: str, asked_by: str, packed: bool
) -> None:
    own = {"accept-encoding": "gzip"} | ({"sec-fetch-site": asked_by} if asked_by else {})
    answer = client.get(path, headers=own)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)


def test_static_files_cannot_be_left(client: TestClient) -> None:
    for path in ("../pyproject.toml", "..%2Fpyproject.toml", "%2e%2e/pyproject.toml", "nothing.css"):
        assert client.get(f"/static/x/{path}").status_code == 404
    assert client.get("/static/x/site.css").headers["Cache-Control"].endswith("immutable")


def test_json_nested_without_end_is_refused(client: TestClient) -> None:
    for body in (b"[" * 400_000, b'{"a":' * 150_000):
        answer = client.put(f"/api/v1/responses/{'0' * 8}/answers/a", content=body[:39_000])
        assert answer.status_code == 422
        answer = client.post("/api/v1/surveys/00000000-0000-0000-0000-000000000000/responses", content=body)
        assert answer.status_code in (400, 404, 422)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_trickles_in_is_given_up(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real server, and a client that sends half a form and then waits."""
    monkeypatch.setattr("app.web.serving.LONGEST_BODY_SECONDS", 1)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        own = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
        server = uvicorn.Server(uvicorn.Config(create_app(own, engine), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
                head = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000\r\n"
                slow.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf=".encode())
                assert slow.recv(1000).startswith(b"HTTP/1.1 408")
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def test_whoever_watches_asks_by_any_name(client: TestClient) -> None:
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 404), ("/login", 400), ("/healthz/", 400)):
        assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == status, path


def test_what_a_bug_leaves_in_the_log_holds_no_token(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.auth.routes.find_link", fail)
    token = "a-token-that-opens-something"
    assert client.get(f"/login/{token}").status_code == 500
    said = capsys.readouterr().out
    assert "bug" in said
    assert "/login/{token}" in said
    assert token not in said
