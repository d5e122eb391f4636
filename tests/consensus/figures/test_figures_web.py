"""Figures in the browser and for programs: drawn by the worker, once, and shown from what was kept."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import vl_convert
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.figures import service
from app.consensus.figures.models import FigureDrawing, FigureFile
from app.consensus.figures.pictures import packed
from app.consensus.figures.service import DrawingFailed, draw_missing, draw_next
from app.consensus.models import Snapshot
from app.consensus.service import close_round
from app.core.settings import Settings
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.worker import Worker
from tests.consensus.test_closing import fill
from tests.make import Cast, make_open_survey, sign_in

AT = "/results/small/figures"
FIGURE = f"{AT}/opinion?round=1&criterion=impact"


@pytest.fixture
def closed(session: Session, engine: Engine) -> Survey:
    survey = make_open_survey(session)
    fill(session, engine, survey)
    close_round(session, operator(session), survey)
    session.commit()
    return survey


def must_not(*_: Any, **__: Any) -> Any:
    raise AssertionError("a request draws nothing")


@pytest.fixture
def nothing_draws(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From here on whatever draws fails."""

    def forbid() -> None:
        monkeypatch.setattr(vl_convert, "vegalite_to_svg", must_not)
        monkeypatch.setattr(vl_convert, "svg_to_png", must_not)
        monkeypatch.setattr(subprocess, "Popen", must_not)

    return forbid


def test_pages_show_the_table_until_the_worker_has_drawn_and_then_the_picture(
    client: TestClient,
    session: Session,
    engine: Engine,
    cast: Cast,
    closed: Survey,
    nothing_draws: Callable[[], None],
) -> None:
    sign_in(client, session, cast.biel)
    waiting = client.get(FIGURE).text
    assert "This picture is being drawn." in waiting
    assert "<table" in waiting
    assert client.get(f"{AT}/opinion.svg?criterion=impact").status_code == 404

    session.add(FigureFile(sha256="left over", media_type="image/png", content=b""))
    session.commit()
    count = draw_next(engine)
    assert count >= 10
    session.expire_all()
    assert session.get(FigureFile, "left over") is None, "what belongs to no figure is deleted"
    assert draw_next(engine) == 0
    assert draw_missing(engine) == 0
    kept = {file.sha256: file.content for file in session.exec(select(FigureFile))}
    drawings = session.exec(select(FigureDrawing)).all()
    used = {key for one in drawings for key in (one.svg_sha256, one.png_sha256) if key}
    assert used == set(kept), "equal pictures are kept once"

    # of one half the pictures are an older program's, of the other nothing is left
    gone = {one.id for one in drawings[::2]}
    needed = {key for one in drawings if one.id not in gone for key in (one.svg_sha256, one.png_sha256) if key}
    assert needed < used
    for one in drawings:
        one.program = "an older program"
        if one.id in gone:
            session.delete(one)
    session.flush()
    for file in session.exec(select(FigureFile)):
        if file.sha256 not in needed:
            session.delete(file)
    session.commit()
    assert draw_next(engine) == count
    session.expire_all()
    assert {file.sha256: file.content for file in session.exec(select(FigureFile))} == kept, "the same bytes, once"

    nothing_draws()
    page = client.get(FIGURE).text
    snapshot = session.exec(select(Snapshot)).one()
    verdicts = [line["verdict"] for line in snapshot.findings["items"]["impact"]]
    fingerprint = snapshot.sha256[:12]
    # SQLite has one writer, and an export leaves a trace
    session.commit()
    found = re.findall(r"<h1>(.*?)</h1>", page)
    assert found == [
        f"{verdicts.count('consensus')} of 3 initiatives have consensus. {verdicts.count('divided')} splits the groups."
    ]
    assert 'class="drawn' in page
    assert f'aria-label="{found[0].rstrip(".")}' in page
    assert "<table" not in page
    assert "style=" not in page.replace("font-style=", "")
    assert fingerprint in page
    table = client.get(f"{FIGURE}&view=table").text
    assert "<table" in table
    assert "svg_sha256" not in table

    everything = client.get(AT).text
    assert re.findall(r"<h1>(.*?)</h1>", everything) == found
    assert everything.count('class="figure-card"') == 10
    for address, kind in ((f"{AT}/opinion.svg", "image/svg+xml"), (f"{AT}/opinion.png", "image/png")):
        answer = client.get(f"{address}?criterion=impact&theme=dark")
        assert answer.headers["content-type"].startswith(kind)
        assert "opinion-impact-round-1" in answer.headers["content-disposition"]
    csv = client.get(f"{AT}/opinion.csv?criterion=impact")
    assert csv.status_code == 200
    assert csv.text.splitlines()[1].startswith("I2,")

    api = client.get(f"/api/v1/surveys/{closed.id}/figures").json()
    assert len(api["figures"]) == len(session.exec(select(FigureDrawing)).all())
    one = client.get(f"/api/v1/surveys/{closed.id}/figures/opinion?criterion=impact").json()
    assert one["title"] == found[0]
    assert set(one["pictures"].values()) <= set(kept)
    assert json.dumps(one["rows"]) in json.dumps(one)
    # what a picture says in numbers is what the page, the file and the program say
    high = [row[-1] for row in one["rows"] if row[-1] is not None]
    from_csv = [line.split(",")[-1] for line in csv.text.splitlines()[1:]]
    assert high == [float(cell) for cell in from_csv if cell]
    assert all(f"{round(100 * share)}%" in table for share in high)


def test_a_drawing_that_fails_leaves_the_tables_and_is_tried_again_later(
    session: Session, engine: Engine, settings: Settings, closed: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    bad, good = (uuid4(), "en"), (uuid4(), "en")
    drawn: list[Any] = []

    def fail(*_: Any, but: Collection[Any]) -> int:
        tried.append(1)
        left = [one for one in (bad, good) if one not in but and one not in drawn]
        if bad in left:
            failure = DrawingFailed("no such module")
            failure.what = bad
            raise failure
        drawn.extend(left)
        return len(left)

    monkeypatch.setattr("app.worker.draw_next", fail)
    worker = Worker(engine, settings, pause=0.01)
    worker._is_closing.wait(0.5)  # pyright: ignore[reportPrivateUsage] -- some turns pass
    worker.close()
    assert (drawn, len(tried)) == ([good], 3), "the bad one, the good one, nothing; then it rests"
    monkeypatch.undo()
    monkeypatch.setattr(service.sys, "executable", "/bin/false")
    with pytest.raises(DrawingFailed) as failure:
        draw_next(engine)
    assert failure.value.what
    monkeypatch.undo()
    with pytest.raises(DrawingFailed, match="stopped"):
        draw_next(engine, lambda: True)
    assert session.exec(select(FigureDrawing)).all() == []


def test_readers_see_figures_and_only_those_who_may_export_get_the_file(
    client: TestClient, session: Session, cast: Cast, closed: Survey
) -> None:
    sign_in(client, session, cast.dora)
    page = client.get(FIGURE)
    assert page.status_code == 200
    assert ".csv" not in page.text
    assert client.get(f"{AT}/opinion.csv").status_code == 403
    for address in (f"{AT}/nothing", f"{AT}/opinion?criterion=price", f"{AT}/opinion?round=7"):
        assert client.get(address).status_code == 404


def test_what_serves_loads_nothing_that_draws() -> None:
    """So it starts as fast, and is as small, as before."""
    program = (
        "import app.main, app.worker, sys; sys.exit(bool({'altair', 'vl_convert', 'narwhals'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3]).returncode == 0


def test_a_packed_picture_looks_the_same_and_another_kind_is_left_alone() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="#ffffff"/>'
        '<rect x="10" y="5" width="31" height="20" fill="#0b5563"/></svg>'
    )
    png = vl_convert.svg_to_png(svg, scale=1)
    small = packed(png)
    assert len(small) < len(png)
    assert packed(small) == small
    width, height = (int.from_bytes(small[at : at + 4]) for at in (16, 20))
    assert (width, height) == (60, 40)
    assert small[small.index(b"PLTE") + 4 :][:6] == bytes.fromhex("ffffff0b5563")
