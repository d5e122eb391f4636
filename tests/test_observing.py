"""The figures of a server: for whoever holds the token, of everything that waits, and of nobody."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.settings import Settings
from app.mail.service import queue_mail
from app.main import create_app
from tests.conftest import ADDRESS
from tests.faults.site import serving
from tests.make import make_open_survey, make_response

TOKEN = "0123456789abcdef0123456789abcdef"
SIGNED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    app = create_app(settings.model_copy(update={"metrics_token": TOKEN, "most_saves": 7}), engine)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        yield client


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    """Every figure by its name and the values of its labels."""
    answer = client.get("/metrics", headers=SIGNED)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_the_setting_there_are_no_figures_and_without_the_token_none_are_given(
    client: TestClient, watched: TestClient
) -> None:
    assert client.get("/metrics", headers=SIGNED).status_code == 404
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
        answer = watched.get("/metrics", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert "innaxe_" not in answer.text


def test_requests_saves_queues_mails_and_connections_are_counted(session: Session, watched: TestClient) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    queue_mail(session, kind="test", recipient="p@example.org", subject="Mail", body="Text")
    session.commit()
    saved = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/responses/{response.id}/answers/I1.impact"
    assert watched.put(path, json={"value": 3, "rev": 0}, headers=saved).status_code == 200
    assert watched.put(path, json={"value": 4, "rev": 0}, headers=saved).status_code == 409
    assert watched.get(f"/s/{survey.slug}").status_code == 200
    assert watched.get("/nowhere/at/all").status_code == 404
    assert watched.request("BREW", "/login").status_code == 405
    found = figures(watched)
    save = "/api/v1/responses/{response_id}/answers/{code}"
    assert found["innaxe_requests_total", "PUT", save, "200"] == 1
    assert found["innaxe_requests_total", "PUT", save, "409"] == 1
    assert found["innaxe_requests_total", "GET", "/s/{slug}", "200"] == 1
    assert found["innaxe_requests_total", "GET", "none", "404"] == 1
    assert [key for key in found if key[:2] == ("innaxe_requests_total", "other")]
    assert found["innaxe_request_seconds_count", save] == 2
    assert (found["innaxe_saves_total", "saved"], found["innaxe_saves_total", "refused"]) == (1, 1)
    assert found["innaxe_queue_limit", "saves"] == 7
    assert found["innaxe_queue_limit", "writing"] == 200
    assert found["innaxe_queue_length", "writing"] == 0
    assert found["innaxe_mails", "queued"] == 1
    assert found["innaxe_jobs_waiting", "report"] == 0
    assert found["innaxe_database_up",] == 1
    assert ("innaxe_database_connections", "used") in found


def test_no_figure_names_a_survey_or_a_person(session: Session, watched: TestClient) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    watched.get(f"/s/{survey.slug}/q/1?email=somebody@example.org")
    watched.get(f"/i/{token}")
    watched.get(f"/api/v1/responses/{response.id}", headers={"Authorization": f"Bearer {token}"})
    said = watched.get("/metrics", headers=SIGNED).text
    assert 'route="/i/{token}"' in said
    for private in (survey.slug, token, str(response.id), "somebody", "example.org"):
        assert private not in said


def test_without_a_database_the_figures_of_the_process_are_still_given(engine: Engine, watched: TestClient) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox_message RENAME TO gone")
    found = figures(watched)
    assert found["innaxe_database_up",] == 0
    assert not [key for key in found if key[0] == "innaxe_mails"]
    assert found["innaxe_queue_length", "saves"] == 0


def test_every_line_of_a_servers_log_is_json_and_tells_no_address(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "a.sqlite")
    with serving(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path) as served:
        for sent in (b"garbage\r\n\r\n", f"GET /i/secret-token HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode()):
            with served.connect() as connection:
                connection.sendall(sent)
                assert re.match(rb"HTTP/1.1 4\d\d", connection.recv(1000))
        with served.connect() as connection:
            connection.sendall(
                f"GET / HTTP/1.1\r\nHost: {served.host}\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n".encode()
            )
            connection.recv(1000)
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    assert {"uvicorn.error"} <= {line.get("logger") for line in lines}
    assert [line for line in lines if line["event"] == "refused" and line["route"] == "/i/{token}"]
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    assert "secret-token" not in served.log.read_text()
