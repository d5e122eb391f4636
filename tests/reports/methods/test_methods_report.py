"""The methods report says what the records say, in every language, and calls missing what nobody said."""

import copy
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import __version__
from app.consensus.change import flow_rows
from app.consensus.importing import import_responses
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot, list_snapshots
from app.consensus.returning import open_next_round
from app.consensus.service import close_round
from app.core.catalogues import translate
from app.core.clock import now
from app.core.errors import NotAllowed
from app.core.words import LANGUAGES
from app.documents.document import Block, Listing, Paragraph, Section, Table, walk
from app.people.queries import find_actor, operator
from app.reports.building import CoverFacts, Pen
from app.reports.bundle.archive import sha256
from app.reports.bundle.service import note_bundle
from app.reports.methods.reading import read_methods
from app.reports.methods.report import methods_report
from app.reports.methods.rules import DELPHISTAR, LONGEST, POINTS
from app.reports.methods.service import write_answer
from app.surveys.authoring.models import Deviation, Survey
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import list_invitations, list_rounds
from app.surveys.rounds.service import invite
from tests.consensus.test_closing import fill
from tests.consensus.test_importing import files, make_survey
from tests.make import Cast, import_few_initiatives, make_open_survey, make_survey_of, small_survey_file
from tests.reports.methods.held import held, is_missing, points_in, report, rows_of, said, table_in

__all__ = ["held"]

NEEDS_PEOPLE = {"I1", "I2", "I3", *(f"M{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 19, 20, 21)), "D1", "D2"} | {
    "O1",
    "O2",
    "O3",
}


"""What no record of a survey held here tells whole."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_point_is_there_in_every_language(session: Session, held: Survey, language: str) -> None:
    document = report(session, held, language)
    sections = points_in(document)
    counts = {"T": 1, "I": 3, "M": 21, "R": 5, "D": 2, "O": 3}
    assert list(sections) == [f"{part}{number}" for part, most in counts.items() for number in range(1, most + 1)]
    for point in POINTS:
        assert sections[point.code].title == f"{point.code} {translate(language, point.topic)}"
        assert language == "en" or translate(language, point.topic) != point.topic
        assert language == "en" or translate(language, point.question) != point.question
    states = table_in(document, translate(language, "Where each point stands"))
    assert [row["point"] for row in rows_of(states)] == [point.code for point in POINTS]
    assert document.language == language
    if language != "en":
        # of what people did not write nothing is left in English but sources
        english = report(session, held)
        ours = {
            text for text in said(english).split("\n") if len(text) > 60 and not any(sign.isdigit() for sign in text)
        }
        assert ours & set(said(document).split("\n")) == set()


def test_what_nobody_said_is_missing_and_nothing_else(session: Session, held: Survey) -> None:
    document = report(session, held)
    sections = points_in(document)
    assert {code for code, section in sections.items() if is_missing(section)} == NEEDS_PEOPLE
    states = {row["point"]: row["state"] for row in rows_of(table_in(document, "Where each point stands"))}
    assert {code for code, state in states.items() if state == "missing"} == NEEDS_PEOPLE
    assert document.cover
    told = {note.label: note.text for note in document.cover.facts}
    assert set(told["What is missing"].split(", ")) == NEEDS_PEOPLE
    # what no record speaks of says nothing but that it is missing
    for code in ("I1", "M7", "M16", "M20", "D2", "O1", "O2", "O3"):
        assert len(sections[code].blocks) == 1
    assert f"{len(NEEDS_PEOPLE)} of 35 points are missing." in said(document)


def test_what_is_filled_equals_the_records(session: Session, held: Survey) -> None:
    document, pen = report(session, held), Pen("en")
    sections = points_in(document)
    assert held.protocol_sha256 in said(sections["M1"])
    assert held.published_at is not None
    assert pen.day(held.published_at.date()) in said(sections["M1"])
    invitations = list_invitations(session, held.id)
    assert len(invitations) == 5
    assert "5 people are on the list of invitations." in said(sections["M4"])
    assert "5 of them were given a link of their own" in said(sections["M4"])
    # four were reminded: too few to say, and eight mails are not
    assert "Reminded: fewer than 5, with 8 mails in all." in said(sections["M4"])
    assert "Declined: fewer than 5." in said(sections["M4"])
    rounds = list_rounds(session, held.id)
    days = rows_of(table_in(sections["R1"], "Days of the rounds"))
    assert [(one["opened"], one["closed"]) for one in days] == [
        (pen.day(one.opened_at.date()), pen.day(one.closed_at.date()))
        for one in rounds
        if one.opened_at and one.closed_at
    ]
    deviation = rows_of(table_in(sections["R2"], "Deviations from the protocol"))
    assert [(one["part"], one["before"], one["after"], one["reason"]) for one in deviation] == [
        ("closes_on", None, "2026-12-24", "A holiday came in between.")
    ]
    versions = rows_of(table_in(sections["M10"], "Versions that people rated"))
    assert held.protocol
    assert [(one["code"], one["key"]) for one in versions] == [
        (item["code"], item["version"]) for item in held.protocol["items"]
    ]
    assert [one["version"] for one in versions] == [1, 1, 1]
    assert "at least 70% high" in said(sections["M12"])
    rule = held.rule
    assert all(
        f"{100 * rule[name]:.0f}" in said(sections["M12"]) for name in ("agree_share", "helix_share", "low_share")
    )
    assert "Rounds planned: 2. Rounds begun: 2." in said(sections["M9"])
    hashes = [one.sha256 for one in list_snapshots(session, held.id)]
    assert all(digest in said(document) for digest in hashes)
    assert f"Program: INNAXE {__version__}" in said(document)


def test_who_took_part_is_what_the_page_says_and_hidden_groups_stay_hidden(session: Session, held: Survey) -> None:
    document = report(session, held)
    sections = points_in(document)
    for snapshot in list_snapshots(session, held.id):
        rows = rows_of(table_in(sections["R3"], f"Who answered, round {snapshot.round_number}"))
        shown = {row["group"]: row["counted"] for row in rows}
        counts = snapshot.findings["flow"]["by_helix"]
        assert shown == {"Everybody": 21} | {helix.title(): cell["counted"] for helix, cell in counts.items()}
        assert shown["Civil"] is None
        # one hidden group alone could be worked out from the rest
        assert sum(count is None for count in shown.values()) >= 2
        assert [row["counted"] for row in rows_of(table_in(sections["M5"], "Civil"))] == [None, None]
    middle = rows_of(table_in(sections["R4"], "Impact: Middle answer and quartiles"))
    assert [row["median"] for row in middle][2] is None


def test_sensitivity_is_what_findings_say(session: Session, held: Survey) -> None:
    document = report(session, held)
    findings = list_snapshots(session, held.id)[-1].findings
    lines = [line for line in findings["items"]["impact"] if line["agreed_under"] is not None]
    table = rows_of(table_in(document, "What other rules would say"))
    codes = [rule["code"] for rule in findings["rules"]]
    assert [row["agreed"] for row in table] == [sum(code in line["agreed_under"] for line in lines) for code in codes]
    weights = rows_of(table_in(document, "Weights of the criteria"))
    assert [row["weight"] for row in weights] == [findings["weights"][code] for code in findings["criteria"]]
    scores = rows_of(table_in(document, "Priorities"))
    assert [row["score"] for row in scores] == [line["score"] for line in sorted(findings["overall"], key=_order)]


def _order(line: Mapping[str, Any]) -> tuple[bool, float]:
    return line["rank"] is None, line["rank"] or 0


def test_the_same_is_said_twice_alike_and_a_bundle_is_named_once_it_is_made(session: Session, held: Survey) -> None:
    first = report(session, held, cover=CoverFacts(grant="101"))
    assert first == report(session, held, cover=CoverFacts(grant="101"))
    assert "Bundle of counts that recomputes figures (SHA-256): not stated" in said(first)
    note_bundle(session, operator(session), held, b"a bundle", with_answers=False)
    note_bundle(session, operator(session), held, b"answers", with_answers=True)
    made = f"Bundle of counts that recomputes figures (SHA-256): {sha256(b'a bundle')}"
    assert made in said(report(session, held)), "that with answers came later, and is not what readers get"
    inner = f"Bundle with answers, for whoever checks (SHA-256): {sha256(b'answers')}"
    assert inner in said(report(session, held))
    snapshot = find_snapshot(session, held.id)
    assert snapshot
    snapshot.created_at = now() + timedelta(seconds=1)
    session.add(snapshot)
    session.flush()
    assert made not in said(report(session, held)), "it is of older results"
    assert "Grant agreement: 101." in said(points_in(first)["O3"])


@pytest.mark.parametrize("moved", [True, False])
def test_a_round_that_was_not_planned_is_a_deviation(session: Session, held: Survey, moved: bool) -> None:
    if not moved:
        session.delete(session.exec(select(Deviation)).one())
    assert not is_missing(points_in(report(session, held))["R2"])
    open_next_round(session, operator(session), held)
    deviations = points_in(report(session, held))["R2"]
    assert "The protocol planned 2 rounds, and 3 were begun." in said(deviations)
    assert "Nothing that was fixed" not in said(deviations)
    assert is_missing(deviations), "no record holds the reason"
    assert ("A holiday came in between." in said(deviations)) is moved


def test_likely_ranks_are_said_to_be_what_they_are(session: Session, held: Survey) -> None:
    sure = next(
        one for one in walk(report(session, held).blocks) if getattr(one, "title", "") == "How sure figures are"
    )
    assert isinstance(sure, Section)
    assert "ranks with the range of nine of ten re-samples" in said(sure)
    assert table_in(sure, "Priorities").note == "Likely rank: in nine of ten re-samples."


def test_no_bulgarian_day_ends_in_two_stops(session: Session, held: Survey) -> None:
    words = said(report(session, held, "bg"))
    assert "г." in words
    assert "г.." not in words


def test_another_guideline_is_paired_by_its_parts_only(session: Session, held: Survey) -> None:
    assert sum(one.items for one in DELPHISTAR) == 38
    rows = rows_of(table_in(report(session, held), "Cross table"))
    assert {row["single"] for row in rows} == {"not verified"}
    codes = [code for row in rows for code in row["points"].split(", ")]
    assert sorted(codes) == sorted(point.code for point in POINTS)


def test_one_round_without_invitations_or_deviations(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey)
    close_round(session, operator(session), survey)
    session.commit()
    sections = points_in(report(session, survey))
    assert "There is no list of invitations: anybody could answer at the open address." in said(sections["M4"])
    assert said(sections["R2"]).endswith("Nothing that was fixed before the first round was changed afterwards.")
    assert "nothing was told between rounds" in said(sections["M17"])
    assert len(sections["M19"].blocks) == 1
    assert len(rows_of(table_in(sections["R1"], "Days of the rounds"))) == 1


def test_a_list_deleted_in_time_is_not_a_list_that_never_was(session: Session, held: Survey) -> None:
    for invitation in session.exec(select(Invitation)).all():
        session.delete(invitation)
    session.commit()
    assert "5 people were invited; the list has been deleted in time." in said(points_in(report(session, held))["M4"])


def test_of_a_consultation_held_elsewhere_nothing_is_invented(session: Session) -> None:
    survey = make_survey(session, "forestera")
    import_responses(session, operator(session), survey, **files("forestera"))
    session.commit()
    sections = points_in(report(session, survey))
    elsewhere = {"T1", "M9", "M10", "M11", "M14", "M17", "M18", "R1", "R2", "R5"}
    assert {code for code, section in sections.items() if is_missing(section)} == NEEDS_PEOPLE | elsewhere
    # the day on which a file was read is no day of a round
    assert not [one for one in sections["R1"].blocks if isinstance(one, Table)]
    day = Pen("en").day(session.exec(select(Snapshot.created_at)).all()[0].date())
    assert f"They were taken over, and their results frozen, on {day}." in said(sections["R1"])
    assert f"fixed on {day}, when the ratings were taken over" in said(sections["M1"])
    for code in ("T1", "M9", "M11", "M14", "M17", "M18", "R1"):
        assert "How they were collected is not in the records." in said(sections[code])
    assert "asked why" not in said(sections["M10"])
    assert "web pages" not in said(sections["M14"])
    assert "open address" not in said(sections["M4"])


def test_a_draft_and_a_survey_without_results_say_so(session: Session) -> None:
    import_few_initiatives(session)
    survey = make_survey_of(session, operator(session), small_survey_file()).survey
    sections = points_in(report(session, survey))
    assert len(sections) == 35
    assert "The survey is a draft: nothing is fixed yet." in said(sections["M9"])
    for code in ("R3", "R4", "R5", "M13", "M15"):
        assert is_missing(sections[code])
        assert "No round has closed yet." in said(sections[code])
    assert "Protocol (SHA-256): missing" in said(report(session, survey))


def test_an_open_round_is_said_to_be_open(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey)
    close_round(session, operator(session), survey)
    open_next_round(session, operator(session), survey)
    session.commit()
    section = points_in(report(session, survey))["R1"]
    assert "A round is still open." in said(section)
    assert [row["closed"] is None for row in rows_of(table_in(section, "Days of the rounds"))] == [False, True]


def test_wording_is_marked_with_its_language(session: Session, held: Survey) -> None:
    protocol = copy.deepcopy(held.protocol)
    assert protocol
    protocol["languages"] = ["en", "ar", "el"]
    protocol["items"][1]["title"]["ar"] = "مبادرة"
    held.protocol = protocol
    session.add(held)
    session.commit()
    found = report(session, held)
    wording = next(one for one in walk(found.blocks) if isinstance(one, Section) and "Wording in all" in one.title)
    english, arabic, greek = [one for one in wording.blocks if isinstance(one, Section)]
    listed = [text for one in walk(english.blocks) if isinstance(one, Listing) for text in one.items]
    assert len(listed) == len(held.protocol["items"]) + len(held.protocol["criteria"]) + len(held.protocol["questions"])
    assert {text.language for text in listed} == {"en"}
    assert arabic.title == "العربية"
    own = [text for one in walk(arabic.blocks) if isinstance(one, Listing) for text in one.items]
    assert [(text.language, text.runs[0].text) for text in own] == [("ar", "I2: مبادرة")]
    assert said(greek) == "missing"


def test_what_people_write_is_printed_whole_and_marked_with_its_language(session: Session, held: Survey) -> None:
    text = ("مرحبا 👩‍🔬 " * 500)[: LONGEST - 10].strip() + "\n\nשורה"
    write_answer(session, operator(session), held, "M7", text=text, language="en", revision=0)
    answer = write_answer(session, operator(session), held, "D2", text=text, language="fr", revision=0)
    answer.language = "ar"
    session.add(answer)
    session.commit()
    sections = points_in(report(session, held))
    own = [one for one in sections["D2"].blocks if isinstance(one, Paragraph) and one.language]
    assert [one.text for one in own] == text.split("\n\n")
    assert {one.language for one in own} == {"ar"}
    # words in the language of the report need no mark
    assert not [one for one in sections["M7"].blocks if isinstance(one, Paragraph) and one.language]
    assert not is_missing(sections["D2"])
    states = {row["point"]: row["state"] for row in rows_of(table_in(report(session, held), "Where each point stands"))}
    assert (states["D2"], states["M9"], states["O1"]) == ("Written by people", "The records say it", "missing")


def test_who_may_run_it_is_told_by_role_and_never_by_name(session: Session, held: Survey, cast: Cast) -> None:
    section = points_in(report(session, held))["M2"]
    assert "Administrator: 1; Coordinator: 1; Cluster manager: 1." in said(section)
    assert not {"Alba", "Biel", "Carla", "Dora"} & set(said(report(session, held)).split())
    invite(session, operator(session), held, email=cast.carla.email)
    cast.carla.email = cast.carla.email.title()
    session.add(cast.carla)
    session.commit()
    assert "Of those who may run it, 1 are on its list" in said(points_in(report(session, held))["M19"])


def test_only_those_who_may_have_reports_get_it(session: Session, held: Survey, cast: Cast) -> None:
    reviewer = find_actor(session, cast.dora)
    assert reviewer
    with pytest.raises(NotAllowed):
        methods_report(session, reviewer, held, "en")


def test_a_later_planned_end_is_shown_beside_the_day_of_closing(session: Session, held: Survey) -> None:
    first = session.exec(select(Round).where(Round.survey_id == held.id, Round.number == 1)).one()
    first.closes_at = first.opened_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=4)
    session.add(first)
    session.commit()
    days = rows_of(table_in(points_in(report(session, held))["R1"], "Days of the rounds"))
    # midnight ends the day before
    assert days[0]["planned"] == Pen("en").day((first.opened_at + timedelta(days=3)).date())
    assert days[0]["days"] == 1


def test_flow_of_regions_is_the_flow_of_the_page(session: Session, held: Survey) -> None:
    reading = read_methods(session, operator(session), held, "en")
    assert [told.snapshot.round_number for told in reading.told] == [1, 2]
    assert all(flow_rows(told)["all"][0].counted == 21 for told in reading.told)
    blocks: list[Block] = list(points_in(report(session, held))["R3"].blocks)
    # without regions in the survey there is no table by region
    assert len(blocks) == 2
