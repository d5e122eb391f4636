"""Bundles of invented and real consultations: they recompute, tell nobody's answers, and are the same each time."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from app.cli.work import write_file
from app.core.errors import Conflict, NotAllowed, NotFound
from app.history.models import HistoryEntry
from app.people.models import Person
from app.people.queries import find_actor, operator
from app.people.rules import Actor
from app.reports.bundle.archive import from_json, unpack
from app.reports.bundle.comparing import leaves
from app.reports.bundle.service import create_bundle, note_bundle
from app.reports.bundle.verifying import verify
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.service import withdraw
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.actionplan.adopting import adopt, make_stage
from tests.consensus.results import import_consultation
from tests.consensus.test_attack import MINIMUM
from tests.make import Cast, answer, make_open_survey, make_response
from tests.reports.bundle.forging import FEW, few_answers, forged, in_json


def bundle_of(session: Session, survey: Survey, *, with_answers: bool) -> bytes:
    return create_bundle(session, operator(session), survey, with_answers=with_answers)


def actor(session: Session, person: Person) -> Actor:
    found = find_actor(session, person)
    assert found
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["forestera", "aggrecat"])
def test_real_consultations_are_recomputed(session: Session, name: str) -> None:
    survey, _ = import_consultation(session, name)
    for with_answers in (True, False):
        verdict = verify(bundle_of(session, survey, with_answers=with_answers))
        assert [*verdict.faults, *verdict.differing[:20]] == []
        assert verdict.equal > 1000


def test_an_adopted_plan_is_in_it_and_its_sums_follow(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    edition = adopt(session, actor(session, cast.biel), stage)
    data, name = bundle_of(session, stage.survey, with_answers=False), "published/plan-1-edition-1.json"
    verdict = verify(data)
    assert [*verdict.faults, *verdict.differing] == []
    told = from_json(unpack(data)[name])
    assert told == {"content": edition.content, "sha256": edition.content_sha256}
    assert not any(f"{name}: content.planned" in names for names in verdict.not_recomputed.values())

    def spend(content: Any) -> None:
        content["content"]["spend_by_year"][0] += 1

    bent = verify(forged(data, name, in_json(spend)))
    assert [one.split(": ")[1] for one in bent.differing] == ["content.spend_by_year[0]", "sha256"]


def test_a_bundle_of_counts_rests_on_no_answer(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    before = bundle_of(session, survey, with_answers=False)
    for table in (Answer, Response, Respondent):
        session.exec(delete(table))
    session.flush()
    assert bundle_of(session, survey, with_answers=False) == before
    with pytest.raises(Conflict, match="no longer there"):
        bundle_of(session, survey, with_answers=True)


def test_counts_hide_what_results_hide_and_say_so(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    files = unpack(bundle_of(session, survey, with_answers=False))
    manifest = from_json(files["manifest.json"])
    assert manifest["holds"] == "counts"
    assert any("under the minimum" in one for one in manifest["dropped"])
    cells = from_json(files["counts/counts.json"])["1"]["items"]["impact"]["I1"]["helices"]
    assert {helix for helix, cell in cells.items() if cell is None} == {"government", "civil"}
    assert all(sum(cell["counts"]) >= MINIMUM for cell in cells.values() if cell)
    assert not [name for name in files if name.startswith("answers/") or "analysis" in name]
    sizes = {helix: sum(point is not None for point in points) for helix, points in FEW.items()}
    for name, data in files.items():
        if name.endswith(".json"):
            for path, value in leaves(from_json(data)):
                is_of_hidden = ".government" in path or ".civil" in path
                assert not (is_of_hidden and path.endswith(".n") and value == sizes["government"]), f"{name}: {path}"


def test_answers_carry_fresh_numbers_and_nothing_of_people(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    data = bundle_of(session, survey, with_answers=True)
    content = b"".join(unpack(data).values())
    respondents = session.exec(select(Respondent)).all()
    responses = session.exec(select(Response)).all()
    assert len(respondents) > 15
    for secret in (*(one.code for one in respondents), *(str(one.id) for one in [*respondents, *responses])):
        assert secret.encode() not in content
        assert secret.replace("-", "").encode() not in content
    files = unpack(data)
    people = files["answers/respondents.csv"].decode().splitlines()
    assert people[0] == "respondent,helix,region,language,first_round"
    told = [line.partition(",")[2] for line in people[1:]]
    assert told == sorted(told), "in the order of the groups, not of who came first"


def test_the_order_of_coming_changes_no_byte(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    before = bundle_of(session, survey, with_answers=True)
    for place, one in enumerate(session.exec(select(Respondent).order_by(col(Respondent.code).desc())).all()):
        one.code = f"X{place:04}"
        session.add(one)
    session.flush()
    assert bundle_of(session, survey, with_answers=True) == before


def test_an_open_round_is_not_in_it(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    before = unpack(bundle_of(session, survey, with_answers=True))
    open_round(session, operator(session), survey)
    response, token = make_response(session, survey)
    answer(engine, response, token, {"I1.impact": 3})
    session.expire_all()
    after = unpack(bundle_of(session, survey, with_answers=True))
    assert after["answers/ratings.csv"] == before["answers/ratings.csv"]
    assert after["answers/respondents.csv"] == before["answers/respondents.csv"]


def test_what_was_withdrawn_cannot_be_worked_out(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    gone = session.exec(select(Respondent).where(Respondent.helix == "academia")).first()
    assert gone
    withdraw(session, survey, gone)
    session.flush()
    with pytest.raises(Conflict, match="would tell"):
        bundle_of(session, survey, with_answers=True)
    assert verify(bundle_of(session, survey, with_answers=False)).is_equal


def test_who_may_make_which(session: Session, engine: Engine, cast: Cast) -> None:
    survey = few_answers(session, engine)
    for person in (cast.alba, cast.biel, cast.carla):
        data = create_bundle(session, actor(session, person), survey, with_answers=False)
        note_bundle(session, actor(session, person), survey, data, with_answers=False)
    for person in (cast.biel, cast.carla, cast.dora):
        with pytest.raises(NotAllowed):
            create_bundle(session, actor(session, person), survey, with_answers=True)
    with pytest.raises(NotAllowed):
        create_bundle(session, actor(session, cast.dora), survey, with_answers=False)
    made = session.exec(select(HistoryEntry).where(HistoryEntry.act == "bundle.made")).all()
    told = [entry.after or {} for entry in made]
    assert [one["answers"] for one in told] == [False, False, False]
    assert all(len(one["sha256"]) == 64 for one in told)


def test_before_a_round_has_closed_there_is_none(session: Session) -> None:
    survey = make_open_survey(session)
    for with_answers in (True, False):
        with pytest.raises(NotFound, match="no results yet"):
            bundle_of(session, survey, with_answers=with_answers)


def test_the_file_has_no_time_no_owner_and_is_in_order(session: Session, engine: Engine) -> None:
    data = bundle_of(session, few_answers(session, engine), with_answers=True)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        entries = bundle.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in entries} == {0o600}
        assert not any(entry.extra or entry.comment for entry in entries)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from app.cli import main; main()", "bundle", *map(str, arguments)]


def environment(database: str, folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {"INNAXE_DATABASE_URL": database, "INNAXE_DATA_DIR": str(folder), **more}


def test_two_processes_write_the_same_bytes(session: Session, engine: Engine, database: str, tmp_path: Path) -> None:
    here = bundle_of(session, few_answers(session, engine), with_answers=True)
    session.commit()
    out = tmp_path / "there.zip"
    made = subprocess.run(
        command("create", "--survey", "small", "--answers", "--out", out),
        env=environment(database, tmp_path, PYTHONHASHSEED="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_bytes() == here
    assert verify(here).is_equal


WRITES = """
import sys
from pathlib import Path
from app.cli.work import write_file
print("ready", flush=True)
while True:
    write_file(Path(sys.argv[1]), bytes(int(sys.argv[2])), mode=0o600)
"""


def test_killed_while_writing_it_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    out, size = tmp_path / "bundle.zip", 30_000_000
    for wait in (0.02, 0.05, 0.09):
        with subprocess.Popen([sys.executable, "-c", WRITES, str(out), str(size)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(wait)
            writer.send_signal(signal.SIGKILL)
        assert not out.exists() or out.stat().st_size == size
    write_file(out, b"whole", mode=0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["bundle.zip"], "what was left beside it is gone"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@pytest.mark.faults
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_killed_twenty_times_it_leaves_no_part_of_a_file(
    session: Session, engine: Engine, database: str, tmp_path: Path
) -> None:
    few_answers(session, engine)
    out = tmp_path / "bundle.zip"
    asked = command("create", "--survey", "small", "--answers", "--out", out)
    begun = time.monotonic()
    subprocess.run(asked, env=environment(database, tmp_path), check=True, capture_output=True)
    lasts, whole = time.monotonic() - begun, out.read_bytes()
    out.unlink()
    for part in range(1, 21):
        with subprocess.Popen(asked, env=environment(database, tmp_path), stderr=subprocess.DEVNULL) as maker:
            time.sleep(lasts * part / 20)
            maker.send_signal(signal.SIGKILL)
        assert not out.exists() or out.read_bytes() == whole
    subprocess.run(asked, env=environment(database, tmp_path), check=True, capture_output=True)
    assert out.read_bytes() == whole
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".bundle")]
    assert json.loads(unpack(whole)["manifest.json"])["holds"] == "answers"


def test_leaves_and_figures_are_counted(session: Session, engine: Engine) -> None:
    files = unpack(bundle_of(session, few_answers(session, engine), with_answers=True))
    manifest: dict[str, Any] = from_json(files["manifest.json"])
    assert set(manifest["published"]) == {name for name in files if name.startswith("published/")}
    for name, told in manifest["published"].items():
        assert told["figures"] == sum(1 for _ in leaves(from_json(files[name])))
        assert told["places"], "where its figures stand"
