"""Reports of results: all that pages show and nothing that is hidden, in every language, also of next to nothing."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.disclosure.queries import get_disclosed
from app.actionplan.method.measures import MEASURES
from app.actionplan.portfolio.jobs import work_all
from app.consensus.change import change_rows
from app.consensus.figures import reading
from app.consensus.figures.queries import list_undrawn
from app.consensus.figures.service import draw_next
from app.consensus.models import Snapshot
from app.consensus.pages import result_rows
from app.consensus.queries import find_snapshot
from app.consensus.service import close_round
from app.core import catalogues
from app.core.errors import NotFound
from app.core.words import LANGUAGES
from app.documents.document import Document, Figure, Section, walk
from app.documents.to_pdf import to_pdf
from app.people.queries import operator
from app.reports import building
from app.reports.brief import brief
from app.reports.building import Pen
from app.reports.consensus_report import consensus_report
from app.reports.dissent_report import contested, dissent_report
from app.reports.plan_report import plan_report
from app.reports.public_summary import public_summary
from app.reports.results_reading import read_round
from app.reports.round_report import round_report
from app.surveys.authoring.models import Survey
from tests.actionplan.planning import make_plan
from tests.actionplan.releasing import close_small_survey, release
from tests.consensus.results import import_consultation
from tests.make import answer, make_open_survey, make_response
from tests.reports.reading import records, section, table, texts_of, whole


@pytest.fixture
def survey(session: Session) -> Survey:
    """Two rounds with their results."""
    made, _ = import_consultation(session, "e2e")
    session.commit()
    return made


def every_report(session: Session, survey: Survey, language: str) -> Iterator[Document]:
    """Each report of results but the public one."""
    code = find(session, survey).findings["items"][find(session, survey).findings["criteria"][0]][0]["initiative"]
    yield round_report(session, survey, None, language)
    yield consensus_report(session, survey, language)
    yield dissent_report(session, survey, language)
    yield brief(session, operator(session), survey, code, language)


def find(session: Session, survey: Survey) -> Snapshot:
    found = find_snapshot(session, survey.id)
    assert found
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_report_lacks_a_placeholder(session: Session, survey: Survey, language: str) -> None:
    for document in every_report(session, survey, language):
        assert (document.language, document.direction) == (language, "ltr")
        for text in texts_of(document):
            assert not re.search(r"%\(\w+\)|%%|\{\w*\}", text), text


class Marked:
    """A catalogue that puts a sign around every message, so that what was not translated stands out."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, num: int) -> str:
        return f"⟦{one if num == 1 else many}⟧"


DATE = re.compile(r"^\d{1,2} [A-Z][a-z]+ \d{4}$")


def marked_for(_: str) -> Marked:
    """The catalogue of any language."""
    return Marked()


OWN_WORDS = re.compile(r"[^\W\d_]{3,}")


def unmarked(document: Document, known: str) -> list[str]:
    """The texts of a document with words in them that neither a catalogue said nor people wrote."""
    return [
        text
        for text in texts_of(document)
        if "⟦" not in text and any(word not in known for word in OWN_WORDS.findall(text))
    ]


def test_no_report_says_an_untranslated_word(session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan(session, operator(session))
    work_all(engine)
    session.expire_all()
    survey = session.get_one(Survey, plan.survey_id)
    plain = "\n".join(text for one in every_report(session, survey, "de") for text in texts_of(one))
    assert "Runde" in plain
    told = read_round(session, survey, None, "en").told
    # what people wrote, and what is the same in every language
    known = " ".join(
        [
            *(text for item in told.items.values() for text in (*item.title.values(), *item.summary.values())),
            *(label for _, label in told.frame()["criteria"]),
            *(mark.label for mark in told.marks),
            *(rule["source"] for rule in told.findings["rules"]),
            *(measure.source + measure.formula for measure in MEASURES),
            *("North Centre South", "A thing that can be shown", plan.title, "Balanced", survey.external_id),
            *(survey.controller, told.snapshot.sha256, survey.protocol_sha256, *survey.title.values()),
        ]
    )
    for module in (catalogues, building, reading):
        monkeypatch.setattr(module, "translations_for", marked_for)
    documents = [*every_report(session, survey, "en"), plan_report(session, operator(session), plan, "en")]
    for document in documents:
        assert [text for text in unmarked(document, known) if not DATE.match(text)] == []


def test_a_round_says_what_its_page_says(session: Session, survey: Survey) -> None:
    document = round_report(session, survey, None, "en")
    found = read_round(session, survey, None, "en")
    for told in found.by_criterion:
        label = told.frame()["criterion_label"]
        rows = result_rows(told.findings, told.view.criterion, told.items, "rating", "en")
        assert [
            (row["code"], row["share_low"], row["share_high"], row["answers"], row["opinion"])
            for row in records(table(document, f"How people rated {label}"))
        ] == [(row.code, row.share_low, row.share_high, row.n, row.verdict_word) for row in rows]
    changes = change_rows(found.told, found.before)
    assert [
        (row["code"], row["before"], row["after"])
        for row in records(table(document, "The same people, before and now"))
    ] == [(row.code, row.before, row.after) for row in changes]
    first = round_report(session, survey, 1, "en")
    assert "Only one round so far." in whole(first)
    with pytest.raises(NotFound):
        round_report(session, survey, 9, "en")


def test_a_consensus_report_counts_verdicts_round_by_round(session: Session, survey: Survey) -> None:
    document = consensus_report(session, survey, "en")
    found = read_round(session, survey, None, "en")
    for told in found.by_criterion:
        counted = records(table(document, f"Verdicts by {told.frame()['criterion_label']}"))
        assert [row["round"] for row in counted] == [1, 2]
        for row, snapshot in zip(counted, found.snapshots, strict=True):
            verdicts = [line["verdict"] for line in snapshot.findings["items"][told.view.criterion]]
            assert all(row[name] == verdicts.count(name) for name in ("consensus", "leaning", "divided", "low_support"))
    assert table(document, "Can the agreement be trusted?").rows


def test_dissent_has_a_page_for_each_contested_initiative(session: Session, survey: Survey) -> None:
    document = dissent_report(session, survey, "en")
    found = read_round(session, survey, None, "en")
    lines = contested(found)
    assert lines
    pages = [block for block in document.blocks[1:] if isinstance(block, Section)]
    titles = [f"{line['initiative']} {found.told.title(line['initiative'])}" for line in lines]
    assert [page.title for page in pages] == titles
    assert all(page.begins_page for page in pages)
    for line in found.told.lines:
        stands_apart = bool(line["dissent"] and line["dissent"]["apart"] and line["dissent"]["is_sure"])
        is_contested = line["verdict"] == "divided" or stands_apart
        assert is_contested == any(title.startswith(f"{line['initiative']} ") for title in titles)
    assert document.cover is None


@pytest.mark.parametrize("is_demo", [True, False])
def test_what_is_for_the_inside_says_so(session: Session, survey: Survey, is_demo: bool) -> None:
    survey.is_demo = is_demo
    code = find(session, survey).findings["overall"][0]["initiative"]
    for document in (
        brief(session, operator(session), survey, code, "en"),
        dissent_report(session, survey, "en"),
    ):
        said = list(texts_of(document))
        assert "For the consortium, not for the public." in said
        assert ("Invented demonstration content" in said) == is_demo


def test_a_share_of_few_answers_breaks_before_its_number_only() -> None:
    assert Pen("en").rough(1.0, 18) == "≈\xa0100% (n\xa018)"


def test_a_change_says_that_it_is_rounded(session: Session, engine: Engine, survey: Survey) -> None:
    rounded = "Shares and change are rounded one by one, so they may differ by a point."
    assert table(round_report(session, survey, 2, "en"), "The same people, before and now").note == rounded


def test_a_brief_is_one_page(session: Session, survey: Survey) -> None:
    for code in ("I01", "I10"):
        document = brief(session, operator(session), survey, code, "en")
        assert len(PdfReader(BytesIO(to_pdf(document))).pages) == 1
    with pytest.raises(NotFound):
        brief(session, operator(session), survey, "I99", "en")


def test_pictures_are_those_kept_and_without_them_their_findings_stand(
    session: Session, engine: Engine, survey: Survey
) -> None:
    bare = round_report(session, survey, None, "en")
    assert not [block for block in walk(bare.blocks) if isinstance(block, Figure)]
    session.commit()
    undrawn = [(one.id, one.round_number, language) for one, _, language in list_undrawn(session)]
    session.rollback()
    assert draw_next(engine, but=[(key, language) for key, *of, language in undrawn if (*of, language) != (2, "en")])
    session.expire_all()
    drawn = round_report(session, survey, None, "en")
    figures = [block for block in walk(drawn.blocks) if isinstance(block, Figure)]
    assert len(figures) > 5
    said = whole(bare)
    for one in figures:
        assert one.svg.startswith("<svg")
        assert "var(--" not in one.svg
        assert one.title in said
        assert one.table
        assert one.table.rows


def test_nothing_comes_from_the_inner_analysis(session: Session, survey: Survey) -> None:
    before = list(every_report(session, survey, "en"))
    for number in (1, 2):
        snapshot = find_snapshot(session, survey.id, number)
        assert snapshot
        snapshot.analysis = {}
        session.add(snapshot)
    session.commit()
    session.expire_all()
    assert list(every_report(session, session.get_one(Survey, survey.id), "en")) == before


def test_one_answer_makes_documents_that_hide_it(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey, helix="academia")
    answer(engine, response, token, {"I1.impact": 5, "I1.urgency": 4})
    close_round(session, operator(session), survey)
    session.commit()
    for document in every_report(session, survey, "en"):
        for one in document.tables:
            for row in records(one):
                assert row.get("share_high") is None
                assert row.get("high") is None
        assert to_pdf(document).startswith(b"%PDF")


def test_a_public_summary_says_what_is_released_and_nothing_else(session: Session, engine: Engine) -> None:
    survey, _ = close_small_survey(session, engine)
    with pytest.raises(NotFound):
        public_summary(session, survey, "en")
    release(session, survey, "verdicts")
    text = whole(public_summary(session, survey, "en"))
    assert "Most people of every group want this." in text or "Few want this." in text or "Leaning" in text
    assert "%" not in text
    titles = [one.title for one in public_summary(session, survey, "en").tables]
    assert titles == []
    release(session, survey, "shares")
    document = public_summary(session, survey, "en")
    shown = get_disclosed(session, survey).shown
    rows = next(one for one in document.tables).rows
    assert {row[3] for row in rows} == {line["share_high"] for line in shown["items"]["impact"]}
    assert "Most people of every group want this." not in whole(document)
    assert "What each group said" not in whole(document)


def test_a_summary_in_plain_words_has_its_parts(session: Session, engine: Engine) -> None:
    survey, _ = close_small_survey(session, engine)
    release(session, survey, "verdicts", "shares", "helices", "change", "ranks", "response")
    document = public_summary(session, survey, "da")
    for part in ("Hvad det handlede om", "Tallene", "Hvad hver gruppe sagde", "Sådan læses dette"):
        assert section(document, part)


def test_the_same_round_twice_is_the_same_document(session: Session, engine: Engine, survey: Survey) -> None:
    first: list[Any] = list(every_report(session, survey, "bg"))
    with Session(engine) as other:
        assert list(every_report(other, other.get_one(Survey, survey.id), "bg")) == first
