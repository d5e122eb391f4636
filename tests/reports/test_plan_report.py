"""A plan as a deliverable: the same numbers as its files and pages, adopted or not, large, empty, and in odd words."""

import copy
import csv
import io
import json
import re
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document as WordFile
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.adoption.voting import close_ballot
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.monitoring.queries import get_following
from app.actionplan.monitoring.service import start_following
from app.actionplan.portfolio.document import content_of
from app.actionplan.portfolio.jobs import work_all
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_scenario, list_plans
from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.service import PlanIn, add_scenario, apply_fix, create_plan, leave_out, place
from app.consensus.importing import import_responses
from app.consensus.queries import find_snapshot
from app.core.errors import NotFound
from app.documents.document import Document, Figure, Section, Table, walk
from app.documents.to_pdf import to_pdf
from app.documents.writing import written
from app.people.queries import find_actor, operator
from app.reports.building import CoverFacts
from app.reports.plan_report import plan_report
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_questions
from tests.actionplan.adopting import adopt, closing, make_stage, put_to_vote, take_out
from tests.actionplan.planning import CEILINGS, make_plan, make_proposed_plan, planned_survey
from tests.actionplan.planning import START as RULES
from tests.actionplan.planning import sheet as sheet_of
from tests.consensus.results import REAL
from tests.make import Cast, make_survey_of, sign_in, small_survey_file
from tests.reports.reading import records, section, table, texts_of, whole
from tests.vectors import FOLDER

BECAUSE = "No other initiative serves them."


@pytest.fixture
def plan(session: Session, engine: Engine) -> Plan:
    """A plan that was proposed and priced."""
    return make_proposed_plan(session, engine)


def report(session: Session, plan: Plan, language: str = "en", **more: Any) -> Document:
    return plan_report(session, operator(session), plan, language, **more)


def in_budget(document: Document) -> Table:
    """The table of spending in the budget; the drawing of the roadmap has one of its own."""
    blocks = section(document, "Budget").blocks
    return next(one for one in blocks if isinstance(one, Table) and one.title == "Spend per year")


class Cells(HTMLParser):
    """The rows of a page's first table, read by a parser of its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.is_inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.is_inside = True

    def handle_endtag(self, tag: str) -> None:
        self.is_inside &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.rows[-1][-1] += data


def number(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text))


def test_report_files_and_page_agree(client: TestClient, session: Session, cast: Cast, plan: Plan) -> None:
    sign_in(client, session, cast.biel)
    document = report(session, plan)
    session.commit()
    roadmap = records(table(document, "What happens when"))
    costs = records(table(document, "Cost of each initiative per year"))[:-1]
    rows = json.loads(client.get("/plans/1/export.json").content)["tables"][0]["rows"]
    lines = list(csv.DictReader(io.StringIO(client.get("/plans/1/export.csv").content.decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(client.get("/plans/1/export.xlsx").content))
    named = next(one for one in book.worksheets if one.title.startswith("Plan"))
    head, *cells = [[cell.value for cell in row] for row in named.iter_rows()]
    in_sheet = [dict(zip(head, row, strict=True)) for row in cells][: len(rows)]
    codes = [row["code"] for row in roadmap]
    assert len(codes) > 3
    assert codes == [row["code"] for row in costs] == [row["code"] for row in rows]
    assert codes == [line["Code"] for line in lines] == [row["Code"] for row in in_sheet]
    years = range(plan.first_year, plan.first_year + plan.years)
    for mine, cost, row, line, cell in zip(roadmap, costs, rows, lines, in_sheet, strict=True):
        assert [mine[key] for key in ("title", "start", "gate", "end", "cost")] == [
            row[key] for key in ("title", "start", "gate", "end", "cost_eur")
        ]
        assert mine["cost"] == int(line["Cost in euros"]) == cell["Cost in euros"] == cost["cost"]
        for year in years:
            assert cost[str(year)] == row[f"cost_{year}_eur"] == cell[f"Cost in {year} in euros"]
    spending = records(in_budget(document))
    page = Cells(client.get("/plans/1/table").text).rows
    spent = next(row for row in page if row[0] == "Spend per year")
    assert [row["spent_eur"] for row in spending] == [number(text) for text in spent[1:-1]]
    together = records(table(document, "Cost of each initiative per year"))[-1]
    assert together["cost"] == number(spent[-1])
    on_page = [row[0] for row in page if len(row) == plan.years + 4 and row[0] in {one["title"] for one in roadmap}]
    assert sorted(on_page) == sorted(str(one["title"]) for one in roadmap)
    in_figure = next(block for block in walk(document.blocks) if isinstance(block, Figure) and "begin" in block.title)
    assert in_figure.table
    drawn = list(dict.fromkeys(row[0] for row in in_figure.table.rows))
    titles = {row["code"]: row["title"] for row in roadmap}
    assert [titles[code] for code in drawn] == on_page, "the drawing is in the order of the page"


def test_word_and_pdf_say_the_same(session: Session, plan: Plan) -> None:
    document = report(session, plan)
    costs = records(table(document, "Cost of each initiative per year"))
    word = WordFile(io.BytesIO(written(document, "docx")))
    grids = [[[cell.text for cell in row.cells] for row in one.rows] for one in word.tables]
    found = next(grid for grid in grids if grid[0][:2] == ["Code", "Initiative"] and grid[0][-1] == "Together")
    assert [row[0] for row in found[1:]] == [row["code"] for row in costs]
    assert [number(row[-1]) for row in found[1:]] == [row["cost"] for row in costs]
    headings = [one.text for one in word.paragraphs if one.style and one.style.name == "Heading 1"]
    sections = [block.title for block in document.blocks if isinstance(block, Section)]
    assert [one for one in headings if one in sections] == sections
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages)
    for row in costs:
        assert f"{row['cost']:,}" in text
    assert "DRAFT" in text


def test_budgets_add_up(session: Session, plan: Plan) -> None:
    document = report(session, plan)
    content, _ = content_of(session, operator(session), plan, None, "en")
    for title in ("Budget by lead partner", "Budget by pillar"):
        *groups, together = records(table(document, title))
        years = [str(content["first_year"] + place) for place in range(content["years"])]
        assert [together[year] for year in years] == content["spend_by_year"]
        assert [sum(int(str(group[year])) for group in groups) for year in years] == content["spend_by_year"]
        assert together["together"] == sum(int(str(group["together"])) for group in groups) == content["planned"]
        assert together["count"] == sum(int(str(group["count"])) for group in groups)


def test_every_initiative_has_its_sheet_or_the_reason_why_not(session: Session, plan: Plan) -> None:
    document = report(session, plan)
    content, teller = content_of(session, operator(session), plan, None, "en")
    sheets = [
        block.title for block in section(document, "The initiatives of the plan").blocks if isinstance(block, Section)
    ]
    chosen = [item for item in content["items"] if item["is_in"]]
    assert sheets == [f"{item['code']} {teller.title(item['code'])}" for item in chosen]
    left = records(table(document, "Not in the plan"))
    assert [row["code"] for row in left] == [item["code"] for item in content["items"] if not item["is_in"]]
    assert [row["why"] for row in left] == [teller.why_of(str(row["code"])) for row in left]
    results = records(table(document, "What stakeholders gave each initiative"))
    for row, item in zip(results, content["items"], strict=True):
        assert (row["code"], row["share_high"]) == (item["code"], item["share_high"])
        assert row["in_plan"] == ("yes" if item["is_in"] else "no")


def test_a_group_has_one_name_and_it_is_that_of_the_survey(session: Session, plan: Plan) -> None:
    survey = session.get_one(Survey, plan.survey_id)
    (helix,) = [one for one in list_questions(session, survey.id) if one.code == "helix"]
    helix.options = [one | {"label": {"en": f"The {one['code']} people"}} for one in helix.options]
    session.add(helix)
    session.flush()
    document = report(session, plan)
    reached = [str(row["group"]) for row in records(table(document, "Coverage")) if row["kind"] == "Group"]
    assert reached
    assert all(name.startswith("The ") for name in reached)
    assert "Public authorities" not in whole(document)


def test_the_value_is_written_as_the_language_does(session: Session, plan: Plan) -> None:
    value = records(table(report(session, plan, "de"), "Der Plan in Zahlen"))
    (told,) = [row["value"] for row in value if row["figure"] == "Wert des Plans"]
    assert re.fullmatch(r"\d+,\d{4}", str(told))


def test_the_same_input_is_the_same_document(session: Session, engine: Engine, plan: Plan) -> None:
    first = report(session, plan)
    with Session(engine) as other:
        again = list_plans(other, operator(other))[0]
        second = report(other, again)
    assert first == second
    assert to_pdf(first) == to_pdf(second)


def test_a_draft_says_what_it_lacks(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    document = report(session, stage.plan)
    facts = {one.label: one.text for one in document.cover.facts} if document.cover else {}
    assert (facts["Status"], facts["What is missing"]) == ("DRAFT", "The partners have not been asked to vote on it.")
    assert "This plan is a draft: it has not been adopted." in whole(document)
    ballot = put_to_vote(session, operator(session), stage)
    asked = whole(report(session, stage.plan))
    assert "The vote of the partners is open: 2 votes are missing." in asked
    assert table(report(session, stage.plan), "Votes of the partners").rows == [
        ["Partner Nord", "no vote", None],
        ["Partner Sud", "no vote", None],
    ]
    given_up = closing(operator(session), outcome="given_up", parts=[])
    # nobody took part in it: the operator is no person
    with pytest.raises(Exception, match="took part"):
        close_ballot(session, operator(session), stage.plan, ballot, given_up, ballot.revision)
    session.rollback()
    assert cast


def test_an_edition_has_its_decision_and_stays_as_it_was(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    biel = find_actor(session, cast.biel)
    assert biel
    adopt(session, biel, stage)
    document = report(session, stage.plan, edition=1)
    text = whole(document)
    assert "DRAFT" not in text
    assert "2 yes, 0 no, 0 abstained, 0 without a vote. More than half of all partners said yes." in text
    assert "1 person took part in the decision. 0 declared an interest each. 0 abstained." in text
    assert cast.biel.name not in text
    assert document.cover
    assert document.cover.versions
    assert [row[0] for row in document.cover.versions.rows] == ["Edition 1"]
    session.commit()
    start_following(session, biel, get_following(session, biel, 1))
    session.commit()
    followed = records(table(report(session, stage.plan, edition=1), "Milestones and go/stop points"))
    assert {row["kind"] for row in followed} >= {"Start", "Go/stop point", "End"}
    assert all(row["percent"] == 0 for row in followed)
    take_out(session, stage.plan, "I2")
    session.commit()
    later = report(session, stage.plan, edition=1)
    assert [row["code"] for row in records(table(later, "What happens when"))] == ["I1", "I2"]
    assert [row["code"] for row in records(table(report(session, stage.plan), "What happens when"))] == ["I1"]
    assert "DRAFT" in whole(report(session, stage.plan))
    with pytest.raises(NotFound):
        report(session, stage.plan, edition=2)


def test_a_draft_that_was_adopted_as_it_is_is_no_draft(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    biel = find_actor(session, cast.biel)
    assert biel
    adopt(session, biel, stage)
    assert "DRAFT" not in whole(report(session, stage.plan))


def test_a_cover_says_what_was_stated_and_what_was_not(session: Session, plan: Plan) -> None:
    facts = CoverFacts(
        project="INNAXE",
        number="D3.2",
        kind="R",
        level="PU",
        statement="Funded by somebody.",
    )
    cover = report(session, plan, cover=facts).cover
    assert cover
    said = {one.label: one.text for one in cover.facts}
    assert (cover.heading, cover.statement) == ("INNAXE", "Funded by somebody.")
    assert (said["Type"], said["Dissemination level"]) == ("R – Document, report", "PU – Public")
    assert said["Grant agreement"] == "not stated"


def test_a_plan_with_nothing_in_it_is_a_document(session: Session) -> None:
    plan = make_plan(session, operator(session))
    document = report(session, plan)
    assert section(document, "Roadmap").blocks == section(document, "The initiatives of the plan").blocks
    assert "Nothing is in this plan yet" in whole(document)
    assert len(table(document, "Not in the plan").rows) == 20
    assert to_pdf(document).startswith(b"%PDF")
    assert written(document, "docx").startswith(b"PK")


def test_what_is_settled_by_hand_stands_with_its_reason(session: Session, plan: Plan) -> None:
    actor, scenario = operator(session), get_scenario(session, plan.id)
    content, _ = content_of(session, actor, plan, None, "en")
    inside = next(item["code"] for item in content["items"] if item["is_in"])
    outside = next(item["code"] for item in content["items"] if not item["is_in"] and not item["depends_on"])
    leave_out(session, actor, plan, scenario, inside, BECAUSE, scenario.revision)
    place(session, actor, plan, scenario, outside, 2029, "Partners asked for it.", scenario.revision)
    session.commit()
    document = report(session, plan)
    left = {row["code"]: row["why"] for row in records(table(document, "Not in the plan"))}
    assert left[inside] == f"Left out by hand: {BECAUSE}"
    assert "Partners asked for it." in whole(document)


def test_a_plan_that_breaks_rules_says_so(session: Session) -> None:
    plan = make_plan(session, operator(session), Rulebook((1, 1, 1, 1, 1)))
    scenario = get_scenario(session, plan.id)
    place(session, operator(session), plan, scenario, "I01", 2028, BECAUSE, scenario.revision)
    session.commit()
    document = report(session, plan)
    content, teller = content_of(session, operator(session), plan, None, "en")
    assert content["breaches"]
    for at in range(len(content["breaches"])):
        assert teller.breach_of(at) in whole(document)
    assert any("More is spent than there is in: 2028" in text for text in texts_of(document))


def many(count: int) -> dict[str, Any]:
    """Sheets in odd words: long titles, emoji, names that run from the right."""
    odd: Mapping[int, str] = {
        1: "Ein sehr langer Titel " * 13,
        2: "Labs 🧬 for all 👩‍🔬",
        3: "מעבדה משותפת",
        4: "<b>&\"'",
    }
    return {
        f"I{number:02}": {
            "title": {"en": odd.get(number, f"Initiative {number}")[:300].strip()},
            "lead_partner": "שותף" if number == 3 else "North",
        }
        for number in range(1, count + 1)
    }


def test_odd_words_are_whole_in_every_format(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session), RULES, **many(4))
    work_all(engine)
    session.expire_all()
    plan.title = "A plan 🚀 " * 60
    assert len(plan.title) > 500
    document = report(session, plan)
    text = whole(document)
    for title in ("Labs 🧬 for all 👩‍🔬", "מעבדה משותפת", "<b>&\"'"):
        assert title in text
    assert to_pdf(document).startswith(b"%PDF")
    assert WordFile(io.BytesIO(written(document, "docx"))).tables


def test_hidden_figures_stay_hidden(session: Session, plan: Plan) -> None:
    """Nothing of a report comes from the inner analysis, and what findings hide is empty."""
    before = report(session, plan)
    snapshot = find_snapshot(session, plan.survey_id, plan.round_number)
    assert snapshot
    snapshot.analysis = {}
    session.add(snapshot)
    session.commit()
    session.expire_all()
    assert report(session, plan) == before
    code = str(records(table(before, "What happens when"))[0]["code"])
    findings = copy.deepcopy(snapshot.findings)
    shares: list[Any] = []
    for lines in findings["items"].values():
        line = next(one for one in lines if one["initiative"] == code)
        shares.append(line["by_helix"]["civil"].get("share_high"))
        # hidden is what is marked so, whatever stands beside the mark
        line["by_helix"]["civil"] |= {"suppressed": True}
    snapshot.findings = findings
    session.add(snapshot)
    session.commit()
    session.expire_all()
    sheet = next(
        block
        for block in walk(report(session, plan).blocks)
        if isinstance(block, Section) and block.title.startswith(f"{code} ")
    )
    by_group = next(one for one in sheet.blocks if isinstance(one, Table) and one.title == "Rated high, by group")
    civil = by_group.rows[list(findings["helices"]).index("civil")]
    assert civil[1:] == [None] * len(findings["criteria"])
    assert "fewer than 5" in by_group.note
    assert any(shares), "there was something to hide"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_three_hundred_initiatives_are_a_document(session: Session) -> None:
    alone: dict[str, Any] = {"depends_on": [], "excludes": []}
    sheets: list[dict[str, Any]] = [sheet_of(place) | alone for place in range(1, 301)]
    catalogue = {"format": "initiative-catalogue/1", "topics": [], "initiatives": sheets}
    actor = operator(session)
    import_initiatives(session, actor, parse_catalogue("many.json", json.dumps(catalogue).encode()))
    parts = {name: value for name, value in REAL["e2e"].items() if name != "codes"}
    survey = make_survey_of(session, actor, small_survey_file(survey_id="e2e", **parts)).survey
    tables = {kind: (FOLDER / "e2e" / f"{kind}.csv").read_bytes() for kind in ("respondents", "ratings")}
    import_responses(session, actor, survey, **tables)
    plan = create_plan(session, actor, survey, PlanIn("Many", 2027, RULES, "All"), form_key="m")
    acts = [(str(one["id"]), 2027 + place % 2) for place, one in enumerate(sheets)]
    apply_fix(session, actor, plan, get_scenario(session, plan.id), acts, 1)
    session.commit()
    begun = time.monotonic()
    document = report(session, plan)
    assert time.monotonic() - begun < 15
    assert len(table(document, "What happens when").rows) == 300
    figures = [block for block in walk(document.blocks) if isinstance(block, Figure) and "of 300" in block.title]
    assert len(figures) > 10
    drawn = [row[0] for one in figures if one.table for row in one.table.rows]
    assert set(drawn) == {one["id"] for one in sheets}
    for one in figures:
        drawing = ElementTree.fromstring(one.svg)
        assert float(drawing.attrib["height"]) < 1.35 * float(drawing.attrib["width"]), "it fits on a page"
    assert to_pdf(document).startswith(b"%PDF")


def test_the_ceilings_are_those_of_the_rules(session: Session, plan: Plan) -> None:
    assert [row["ceiling_eur"] for row in records(in_budget(report(session, plan)))] == list(CEILINGS)


def test_a_second_scenario_is_reported_as_itself(session: Session, engine: Engine) -> None:
    survey = planned_survey(session)
    actor = operator(session)
    plan = create_plan(session, actor, survey, PlanIn("Five years", 2027, RULES, "Balanced"), form_key="k")
    add_scenario(session, actor, plan, "Cheap", None, form_key="c", rules=Rulebook((10, 10, 10, 10, 10)))
    session.commit()
    work_all(engine)
    session.expire_all()
    assert (
        section(report(session, plan, scenario=2), "Roadmap").blocks[0]
        != section(report(session, plan), "Roadmap").blocks[0]
    )
    with pytest.raises(NotFound):
        report(session, plan, scenario=3)
