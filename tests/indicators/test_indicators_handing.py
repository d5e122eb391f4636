"""Who looks after an indicator, what programs may do, long sheets, and what the history keeps of exports."""

import csv
import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select
from typer.testing import CliRunner

from app.cli.program import program
from app.cli.work import Refused
from app.core.errors import Invalid
from app.documents import sheets
from app.indicators.models import Indicator, RegionReading
from app.indicators.reading import MOST_ROWS, read_observations
from app.people.models import Organisation
from tests.indicators.test_indicator_import import TSV
from tests.indicators.test_indicators_web import DEFINITION, load, post
from tests.make import Cast, csrf_in, sign_in


def partner(session: Session, code: str) -> Organisation:
    found = session.exec(select(Organisation).where(Organisation.code == code)).one()
    session.commit()
    return found


def test_a_partner_looks_after_an_indicator(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    cat, dk = (str(partner(session, code).id) for code in ("CAT", "DK"))
    assert post(client, "/indicators", DEFINITION | {"code": "T1", "owner": cat}).status_code == 303
    page = client.get("/indicators/T1").text
    assert f"<dt>Looked after by</dt><dd>{partner(session, 'CAT').name}</dd>" in page
    assert post(client, "/indicators/T1/owner", {"owner": "nobody", "before": cat}).status_code == 422
    assert post(client, "/indicators/T1/owner", {"owner": dk, "before": ""}).status_code == 409
    for _ in range(2):
        assert post(client, "/indicators/T1/owner", {"owner": dk, "before": cat}).status_code == 303
    kept = session.exec(select(Indicator).where(Indicator.code == "T1")).one()
    assert (str(kept.organisation_id), kept.revision) == (dk, 1), "its definition is the same"
    session.commit()
    assert post(client, "/indicators/T1/owner", {"owner": "", "before": dk}).status_code == 303
    assert "<dt>Looked after by</dt>" not in client.get("/indicators/T1").text
    sign_in(client, session, cast.alba)
    assert client.get("/history").text.count("Indicator given to a partner to look after") == 2


def test_programs_say_what_partners_think(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.biel)
    headers = {"X-CSRF-Token": csrf_in(client.get("/indicators/set/new").text)}
    path = "/api/v1/indicators/IND01/stands"
    given = {"version": 1, "agrees": False, "words": "Which age?"}
    for _ in range(2):
        said = client.put(f"{path}/CAT", json=given, headers=headers)
        assert said.json() == {"partner": "CAT", **given}
    assert client.put(f"{path}/CAT", json=given | {"version": 2}, headers=headers).status_code == 412
    assert client.put(f"{path}/NONE", json=given, headers=headers).status_code == 404
    stands = {one["partner"]: one["agrees"] for one in client.get(path).json()}
    assert (stands["CAT"], stands["DK"]) == (False, None)


def test_programs_bring_readings(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    headers = {"X-CSRF-Token": csrf_in(client.get("/indicators/set/new").text)}
    given = {"name": "edu.tsv", "text": TSV, "edition": "2021", "indicator": "IND01", "unit": "PC"}
    bad = client.post("/api/v1/indicators/readings", json=given | {"text": TSV.replace("13", "1,3")}, headers=headers)
    assert bad.status_code == 422
    assert [(one["row"], one["column"]) for one in bad.json()["faults"]] == [(3, "2021")]
    done = client.post("/api/v1/indicators/readings", json=given, headers=headers).json()
    assert (done["added"], done["changed"], done["faults"]) == (2, 2, [])
    again = client.post("/api/v1/indicators/readings", json=given, headers=headers).json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 4)
    assert (
        client.post("/api/v1/indicators/readings", json=given | {"name": "a.pdf"}, headers=headers).status_code == 422
    )


def test_what_leaves_is_in_the_history(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.alba)
    assert client.get("/indicators/export.csv").status_code == 200
    assert client.get("/indicators/profiles/CAT/export.json").status_code == 200
    assert client.get("/indicators/export.pdf").status_code == 404
    history = client.get("/history").text
    for said in ("Readings of regions handed out", "Profile of a region handed out"):
        assert history.count(said) == 1


def test_the_command_line_imports(
    session: Session, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(session)
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path))
    file = tmp_path / "edu.tsv"
    words = ["indicators", "import", str(file), "--edition", "2021", "--indicator", "IND01", "--unit", "PC"]
    file.write_text(TSV.replace("13", "1,3"), encoding="utf-8")
    refused = CliRunner().invoke(program("indicators"), words)
    assert isinstance(refused.exception, Refused)
    assert "Row 3, 2021: has a decimal comma" in str(refused.exception)
    file.write_text(TSV, encoding="utf-8")
    done = CliRunner().invoke(program("indicators"), words)
    assert done.exit_code == 0, done.output
    assert '"added": 2' in done.output
    assert session.exec(select(RegionReading).where(RegionReading.file == "edu.tsv")).all()


def test_sheets_of_readings_may_be_long() -> None:
    def sheet(rows: int) -> bytes:
        text = io.StringIO(newline="")
        lines = [("R", "ES51", 2000 + place % 20, place) for place in range(rows)]
        csv.writer(text).writerows([("indicator_id", "region_id", "year", "value"), *lines])
        return text.getvalue().encode()

    assert sheets.MOST_ROWS < MOST_ROWS
    assert len(read_observations("long.csv", sheet(MOST_ROWS))) == MOST_ROWS
    with pytest.raises(Invalid, match="too many rows"):
        read_observations("long.csv", sheet(MOST_ROWS + 1))
