"""Writing initiatives in the browser: part by part, kept while typing, compared, translated, and never lost."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.drafting.models import InitiativeDraft
from app.actionplan.drafting.rules import PARTS
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import list_initiatives, list_versions
from app.actionplan.initiatives.service import import_initiatives
from app.people.queries import operator
from app.people.service import create_organisation
from app.retention import run_retention
from tests.actionplan.test_changing import REASON, change
from tests.actionplan.writing import Writer, fields_on, writer
from tests.make import Cast, csrf_in, make_open_survey, sign_in

__all__ = ["writer"]


def test_every_part_is_written_and_read_again(writer: Writer, session: Session) -> None:
    create_organisation(session, operator(session), name="Biocat", helix="industry", is_partner=True, code="CAT")
    session.commit()
    typed: dict[str, dict[str, str]] = {
        "words": {"title": "Night buses", "summary": "Buses at **night**."},
        "why": {"rationale": "Young people\r\nwalk home.", "conflicts_of_interest": "One partner runs buses."},
        "people": {"lead_partner": "CAT", "partners.CAT": "yes", "helix_groups.civil": "yes"},
        "place": {"pillar": "connect", "tags": "buses\r\n\r\nnight"},
        "costs": {
            "budget_min_eur": "0.1 M",
            "budget_max_eur": "300 000",
            "years.0.year": "2028",
            "years.0.euros": "120k",
            "funding_candidates": "EIE",
        },
        "time": {
            "start_year": "2028",
            "start_quarter": "1",
            "duration_months": "24",
            "phases.1.text": "Pilot",
            "phases.1.start": "2028-Q1",
            "phases.1.end": "2028-Q4",
        },
        "outcome": {
            "expected_outputs": "Ten lines\nA map",
            "linked_indicators": "IND1",
            "indicator_targets.0.indicator": "IND1",
            "indicator_targets.0.baseline": "1,5",
            "indicator_targets.0.target": "3",
            "indicator_targets.0.by_year": "2029",
            "programmes": "Mobility",
        },
        "relations": {
            "relations.0.kind": "depends_on",
            "relations.0.code": "I2",
            "relations.1.kind": "excludes",
            "relations.1.code": "I3",
        },
        "risks": {
            "risks.0.text": "No drivers",
            "risks.0.likelihood": "4",
            "risks.0.impact": "3",
            "risks.0.mitigation": "Train some",
            "trl_from": "3",
            "trl_to": "6",
        },
    }
    assert set(typed) == set(PARTS)
    for part, fields in typed.items():
        done = writer.save(part, **fields)
        assert done.status_code == 303, (part, re.findall(r'class="fault"[^>]*>([^<]+)', done.text))
    version = writer.newest()
    assert version.number == 1 + len(typed)
    content = version.content
    assert content["title"] == {"en": "Night buses"}
    assert content["rationale"] == "Young people\nwalk home."
    assert (content["lead_partner"], content["partners"], content["helix_groups"]) == ("CAT", ["CAT"], ["civil"])
    assert content["tags"] == ["buses", "night"]
    assert (content["budget_min_eur"], content["budget_max_eur"]) == (100_000, 300_000)
    assert content["cost_by_year_eur"] == {"2028": 120_000}
    assert content["phases"] == [{"text": "Pilot", "start": "2028-Q1", "end": "2028-Q4"}]
    assert content["indicator_targets"][0]["baseline"] == 1.5
    assert (content["depends_on"], content["excludes"], content["before"]) == (["I2"], ["I3"], [])
    assert content["trl_range"] == [3, 6]
    page = writer.page()
    for word in (
        "Night buses",
        "<strong>night</strong>",
        "Biocat",
        "Pilot",
        "Train some",
        "I2 Initiative I2",
        "Ten lines",
    ):
        assert word in page
    for part in PARTS:  # what stands in the form says the same again
        assert writer.save(part).status_code == 303
    assert writer.newest().number == version.number


@pytest.mark.parametrize(
    ("part", "fields", "field", "sentence"),
    [
        ("words", {"title": " "}, "title", "Give the initiative a title."),
        ("words", {"title": "x" * 71}, "title", "A title has at most 70 characters; this one has 71."),
        ("costs", {"budget_min_eur": "lots"}, "budget_min_eur", "Enter the cost in euros"),
        ("costs", {"years.0.year": "soon", "years.0.euros": "5"}, "years.soon", "This has not the form it needs"),
        (
            "costs",
            {"budget_min_eur": "5", "budget_max_eur": "2"},
            "budget_min_eur",
            "The lowest cost is above the highest.",
        ),
        (
            "costs",
            {"budget_min_eur": "500", "years.0.year": "2028", "years.0.euros": "2"},
            "cost_by_year_eur",
            "The years add up to 2 euros, less than the lowest cost.",
        ),
        (
            "time",
            {"phases.1.text": "Pilot", "phases.1.start": "2029-Q2", "phases.1.end": "2029-Q1"},
            "phases",
            "“Pilot” ends before it starts.",
        ),
        ("time", {"duration_months": "long"}, "duration_months", "Enter a whole number."),
        (
            "outcome",
            {"indicator_targets.1.indicator": "I", "indicator_targets.1.target": "x"},
            "indicator_targets.0.target",
            "Enter a number.",
        ),
        (
            "relations",
            {"relations.0.kind": "before", "relations.0.code": "GONE"},
            "before",
            "There is no initiative GONE.",
        ),
        (
            "risks",
            {"risks.1.text": "Rain", "risks.1.likelihood": "9", "risks.1.impact": "1"},
            "risks.0.likelihood",
            "This number is too large.",
        ),
        ("why", {"rationale": "x" * 4001}, "rationale", "This text is too long."),
        ("why", {"rationale": "x" * 20_001}, "rationale", "This is more than fits here."),
    ],
)
def test_a_fault_is_named_at_its_field_and_nothing_typed_is_lost(
    writer: Writer, part: str, fields: dict[str, str], field: str, sentence: str
) -> None:
    answer = writer.save(part, **fields)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sentence in answer.text.replace("&lt;", "<")
    for text in fields.values():
        assert text.strip() in answer.text
    assert writer.newest().number == 1


def test_a_lead_who_is_no_partner_is_refused(writer: Writer, session: Session) -> None:
    create_organisation(session, operator(session), name="Biocat", helix="industry", is_partner=True, code="CAT")
    session.commit()
    answer = writer.save("people", lead_partner="Somebody")
    assert answer.status_code == 422
    assert "Somebody is no partner of the consortium." in answer.text


def test_a_text_of_a_megabyte_is_refused_in_words(writer: Writer) -> None:
    answer = writer.save("why", rationale="x" * 1_000_000)
    assert answer.status_code in (413, 422)
    assert writer.newest().number == 1


def test_what_is_typed_is_kept_for_whoever_typed_it(
    writer: Writer, session: Session, client: TestClient, cast: Cast
) -> None:
    form = writer.form("why") | {"rationale": "Half a thou"}
    kept = writer.send("/edit/why/draft", form)
    assert kept.status_code == 200
    assert 'id="kept" role="status">Kept for you' in kept.text
    assert "Half a thou" in writer.page("/edit/why")
    assert "You have written and not saved:" in writer.page()
    assert writer.newest().number == 1
    sign_in(client, session, cast.biel)
    assert "Half a thou" not in writer.page("/edit/why"), "nobody else sees it"
    sign_in(client, session, cast.carla)
    assert writer.save("why", rationale="Half a thought.").status_code == 303
    assert session.exec(select(InitiativeDraft)).all() == []
    assert writer.newest().content["rationale"] == "Half a thought."


def test_a_draft_is_discarded_or_forgotten(writer: Writer, session: Session, engine: Any) -> None:
    csrf = {"csrf": csrf_in(writer.page("/edit/why"))}
    writer.send("/edit/why/draft", writer.form("why") | {"rationale": "Away with it"})
    assert writer.send("/edit/why/discarding", csrf).status_code == 303
    assert "Away with it" not in writer.page("/edit/why")
    writer.send("/edit/why/draft", writer.form("why") | {"rationale": "Old"})
    session.rollback()
    draft = session.exec(select(InitiativeDraft)).one()
    draft.kept_at = draft.kept_at.replace(year=2020)
    session.add(draft)
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"]["drafts"] == 1


def test_two_editors_of_the_same_text_see_both_and_lose_nothing(writer: Writer) -> None:
    mine = writer.form("why") | {"rationale": "Mine: buses at night."}
    theirs = writer.somebody_else_changes(rationale="Theirs: buses by day.")
    answer = writer.send("/edit/why", mine)
    assert answer.status_code == 412
    assert "Mine: buses at night." in answer.text
    assert "Theirs: buses by day." in answer.text
    assert "<ins>" in answer.text
    assert writer.newest().digest == theirs.digest
    assert fields_on(answer.text)["rationale"] == "Mine: buses at night."
    assert "Mine: buses at night." in writer.page("/edit/why"), "it is kept, also when the page is closed"
    assert writer.save("why").status_code == 412, "and shown beside theirs again"
    assert writer.send("/edit/why", fields_on(answer.text)).status_code == 303
    assert [version.content["rationale"] for version in list_versions(writer.session, writer.initiative.id)] == [
        "Mine: buses at night.",
        "Theirs: buses by day.",
        "",
    ]


def test_two_editors_of_different_parts_do_not_get_into_each_others_way(writer: Writer) -> None:
    mine = writer.form("why") | {"rationale": "Because."}
    writer.somebody_else_changes(budget_min_eur=5)
    assert writer.send("/edit/why", mine).status_code == 303
    content = writer.newest().content
    assert (content["rationale"], content["budget_min_eur"]) == ("Because.", 5)


def test_a_base_that_is_no_version_is_stale(writer: Writer) -> None:
    assert writer.save("why", base="0" * 64, rationale="New").status_code == 412
    assert writer.save("why", base="", rationale="New").status_code == 412


def test_a_part_that_is_none_and_a_frozen_initiative(writer: Writer, session: Session) -> None:
    assert writer.client.get(f"{writer.address}/edit/colour").status_code == 404
    csrf = csrf_in(writer.page())
    moved = writer.send("/state", {"csrf": csrf, "state": "frozen", "reason": REASON})
    assert moved.status_code == 303
    assert REASON in writer.page()
    assert writer.client.get(f"{writer.address}/edit/why").status_code == 409
    late = writer.send("/edit/why", {"csrf": csrf, "base": "", "rationale": "Typed before it was frozen."})
    assert late.status_code == 409
    assert "Typed before it was frozen." in late.text
    assert "You have written and not saved" in writer.page()
    assert "/edit/" not in writer.page()
    base = writer.newest().digest
    translated = writer.send("/translate/da", {"csrf": csrf, "base": base, "title.da": "Natbusser", "summary.da": ""})
    assert translated.status_code == 409
    assert "Natbusser" in translated.text
    assert writer.send("/state", {"csrf": csrf, "state": "open", "reason": REASON}).status_code == 303
    assert "Typed before it was frozen." in writer.page("/edit/why")


def test_a_state_needs_a_reason(writer: Writer) -> None:
    answer = writer.send("/state", {"csrf": csrf_in(writer.page()), "state": "open", "reason": "short"})
    assert answer.status_code == 422
    assert "Give a reason of 10 to 500 characters" in answer.text
    assert ">short</textarea>" in answer.text


def test_versions_are_compared_and_restored(writer: Writer, session: Session) -> None:
    assert writer.save("words", title="Buses at night").status_code == 303
    assert writer.save("why", rationale="Young people walk home.").status_code == 303
    compared = writer.page("/versions/compare?from=1&to=2")
    assert "<ins>" in compared
    assert "Title (English)" in compared
    assert "Initiative I1" in writer.page("/versions/1")
    listed = writer.page("/versions")
    assert listed.count("/versions/") >= 3
    assert writer.client.get(f"{writer.address}/versions/9").status_code == 404
    base = writer.newest().digest
    fields = {"csrf": csrf_in(writer.page("/versions/1")), "base": base}
    assert writer.send("/versions/1/restoration", fields).status_code == 303
    assert writer.newest().content["title"] == {"en": "Initiative I1"}
    assert "Version 1 restored" in writer.page("/versions")
    assert writer.send("/versions/2/restoration", fields).status_code == 412, "somebody restored meanwhile"


@pytest.mark.parametrize("number", [2**31, 10**20])
def test_a_number_beyond_all_versions_is_no_version(writer: Writer, number: int) -> None:
    assert writer.client.get(f"{writer.address}/versions/{number}").status_code == 404
    said = {"text": "Who pays?", "version": min(number, 2**53)}
    headers = {"X-CSRF-Token": csrf_in(writer.client.get("/login").text)}
    assert writer.client.post(f"/api/v1{writer.address}/comments", json=said, headers=headers).status_code == 201


def test_a_version_names_the_surveys_that_ask_about_it(client: TestClient, session: Session, cast: Cast) -> None:
    survey = make_open_survey(session)
    sign_in(client, session, cast.carla)
    initiative = list_initiatives(session, operator(session))[0][0]
    change(session, initiative, rationale="New.")
    session.commit()
    old = client.get(f"/initiatives/{initiative.id}/versions/1").text
    assert f"/surveys/{survey.slug}" in old
    assert f"/surveys/{survey.slug}" not in client.get(f"/initiatives/{initiative.id}/versions/2").text


def test_a_translation_stands_beside_its_original(writer: Writer) -> None:
    writer.save("words", title="Night buses", summary="Buses at **night**.")
    page = writer.page("/translate/de")
    fields = {"csrf": csrf_in(page), "base": re.findall(r'name="base" value="([^"]+)"', page)[0]}
    lost = writer.send("/translate/de", fields | {"title.de": "Nachtbusse", "summary.de": "Busse bei Nacht."})
    assert lost.status_code == 422
    assert "Emphasis or a link of the original is lost, or new: **" in lost.text
    assert "Busse bei Nacht." in lost.text
    draft = fields | {"title.de": "Nachtbusse", "summary.de": "Busse bei **Nacht**.", "draft.summary": "yes"}
    assert writer.send("/translate/de", draft).status_code == 303
    version = writer.newest()
    assert (version.title["de"], version.marks) == ("Nachtbusse", {"summary": {"de": "draft"}})
    assert "Not checked yet" in writer.page("/translate/de")
    writer.save("words", title="Buses by night")
    assert writer.newest().marks == {"summary": {"de": "draft"}, "title": {"de": "outdated"}}
    assert "Older than the original" in writer.page("/translate/de")
    stale = writer.send("/translate/de", draft | {"title.de": "Busse"})
    assert stale.status_code == 412
    assert "Busse" in stale.text
    base = re.findall(r'name="base" value="([^"]+)"', stale.text)[0]
    done = writer.send("/translate/de", draft | {"base": base, "title.de": "Busse", "draft.summary": ""})
    assert done.status_code == 303
    assert writer.newest().marks == {}
    for target in ("en", "xx"):
        assert writer.client.get(f"{writer.address}/translate/{target}").status_code == 404


def test_a_sheet_of_before_is_edited_as_any(writer: Writer, session: Session) -> None:
    old = {"id": "OLD", "title": {"en": "Old"}}
    import_initiatives(session, operator(session), parse_catalogue("a.csv", b"id,title\nOLD,Old\n"))
    session.flush()
    row = session.exec(select(Initiative).where(Initiative.external_id == "OLD")).one()
    version = list_versions(session, row.id)[0]
    version.content = {name: value for name, value in version.content.items() if name not in ("phases", "before")}
    session.add(version)
    session.commit()
    assert old["title"] == version.title
    assert writer.client.get(f"/initiatives/{row.id}").status_code == 200
    form = fields_on(writer.client.get(f"/initiatives/{row.id}/edit/time").text)
    assert writer.client.post(f"/initiatives/{row.id}/edit/time", data=form | {"start_year": "2028"}).status_code == 303
