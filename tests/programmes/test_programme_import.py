"""Programmes come in from partners' own files as they stand there, and nothing comes in from a file with a fault."""

import io
from html import unescape
from re import DOTALL, findall, search
from time import perf_counter
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlmodel import Session, select

from app.core.errors import Invalid
from app.documents.sheets import FaultyFile
from app.people.models import Organisation
from app.people.queries import operator
from app.people.service import create_person
from app.programmes.importing.checking import Report, check, guess, read_sheet
from app.programmes.importing.rules import plain
from app.programmes.importing.service import import_programmes
from app.programmes.models import Programme, ProgrammeMapping, ProgrammeVersion
from app.programmes.queries import get_programme, list_programmes
from tests.indicators.test_taking_readings import areas
from tests.make import Cast, csrf_in, sign_in
from tests.programmes.catalogues import WORDS, Catalogue, Written, make_catalogue

HEAD = "name;category;participants;capacity;cost;satisfaction;evidence\n"


def reported(text: str, name: str = "sheet.csv", kept: dict[str, Any] | None = None, **choices: Any) -> Report:
    sheet = read_sheet(name, text.encode())
    found = guess(sheet, kept or {})
    for key, value in choices.items():
        found = type(found)(**{**vars(found), key: value})
    return check(sheet, found, {"a": "a", "b": "b"}, "a")


def faults(text: str, **choices: Any) -> list[str]:
    report = reported(text, **choices)
    assert not (report.faults and report.lines)
    return [str(fault) for fault in report.faults]


@pytest.mark.parametrize("partner", list(WORDS))
def test_a_catalogue_of_any_shape_says_what_its_partner_wrote(partner: str) -> None:
    catalogue = make_catalogue(partner)
    sheet = read_sheet(catalogue.file, catalogue.data)
    choices = guess(sheet, {})
    open_words = {word for said in choices.words.values() for word, value in said.items() if not value}
    assert open_words == {plain(word) for word, _ in catalogue.chosen}
    words = {name: dict(said) for name, said in choices.words.items()}
    for word, value in catalogue.chosen:
        words["category"][plain(word)] = value
    report = check(sheet, type(choices)(choices.fields, words, choices.decimal, choices.scale), {}, "own")
    assert [str(one) for one in report.faults] == []
    assert len(report.lines) == len(catalogue.programmes) == 30
    for line, written in zip(report.lines, catalogue.programmes, strict=True):
        assert_says(line.content, written)


def assert_says(found: Any, written: Written) -> None:
    assert (found.name, found.category, set(found.target_groups)) == (
        written.name,
        written.category,
        set(written.targets),
    )
    assert (found.delivery_mode, found.evidence_level) == (written.delivery, written.evidence)
    assert (found.participants_last_year, found.capacity_per_year) == (written.participants, written.capacity)
    low, high = written.cost
    assert (found.annual_cost_eur, found.annual_cost_eur_high) == (low, high if high != low else None)
    assert found.satisfaction_0_10 == pytest.approx(written.satisfaction)
    assert (found.satisfaction_asked, found.open_to_other_regions) == (written.asked, written.is_open)
    assert found.transferability_1_5 == written.transferability


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("category\ntalent", ["Row 1, name: is missing: choose the column that holds it."]),
        (HEAD + ";talent;1;2;3;8,5;none", ["Row 2, name: is empty."]),
        (HEAD + "N;;1;2;3;8,5;none", ["Row 2, category: is empty."]),
        (HEAD + "N;sport;1;2;3;8,5;none", ["Row 2, category: “sport” is not mapped to a value yet."]),
        (HEAD + "N;talent;l2;2;3;8,5;none", ["Row 2, participants: is not a number."]),
        (HEAD + "N;talent;1,5;2;3;8,5;none", ["Row 2, participants: is not a whole number."]),
        (HEAD + "N;talent;1;2;9-3;8,5;none", ["Row 2, cost: ends lower than it begins."]),
        (HEAD + "N;talent;1;-2;3;8,5;none", ["Row 2, capacity: is too long, too large or too small."]),
        (HEAD + "N;talent;1;2;3;8,5;none\nn ;talent;1;2;3;8,5;none", ["Row 3, name: stands in row 2 already."]),
        (HEAD + f"{'N' * 201};talent;1;2;3;8,5;", ["Row 2, name: is too long, too large or too small."]),
        ("name;category;cost\nN;talent;95.000", ["Row 2, cost: may be a thousand or a fraction: "]),
        ("name;category;satisfaction\nN;talent;4,2", ["Row 2, satisfaction: does not tell its scale: choose it."]),
        ("name;category;code\nN;talent;A B", ["Row 2, code: is too long, or has signs that do not belong in a code."]),
        ("name;category;partner\nN;talent;C", ["Row 2, partner: names no partner of the consortium."]),
        ("name;category;partner\nN;talent;B", ["Row 2, partner: is another partner than the one chosen."]),
    ],
)
def test_faults_are_named_by_row_and_column(text: str, expected: list[str]) -> None:
    found = faults(text)
    assert len(found) == len(expected)
    for one, start in zip(found, expected, strict=True):
        assert one.startswith(start)


def test_what_is_chosen_counts_for_more_than_what_is_guessed() -> None:
    text = "name;category;cost;satisfaction\nN;talent;95.000;4,2"
    assert faults(text, decimal=".", scale="1-5") == ["Row 2, satisfaction: is not a number."]
    found = reported(text, decimal=",", scale="1-5").lines[0].content
    assert (found.annual_cost_eur, found.satisfaction_0_10) == (95000, 8.0)
    assert faults(text, fields=["name", "category", "annual_cost_eur", "annual_cost_eur"])[0].startswith(
        "Row 1, annual_cost_eur: is chosen for two columns: cost, satisfaction"
    )
    word = {"category": {"talent": "-"}}
    assert faults("name;category\nN;talent", words=word) == ["Row 2, category: is empty."]


def test_what_is_not_known_stays_so() -> None:
    text = HEAD + "N;talent;n/a;–;k. A.;;\nM;talent;0;5;0;8,5;none"
    first, second = (line.content for line in reported(text).lines)
    assert (first.participants_last_year, first.capacity_per_year, first.annual_cost_eur) == (None, None, None)
    assert (first.satisfaction_0_10, first.evidence_level) == (None, "")
    assert (second.participants_last_year, second.annual_cost_eur, second.evidence_level) == (0, 0, "none")


def test_files_that_are_none_are_refused() -> None:
    for name, data in (
        ("a.pdf", b"x"),
        ("a.csv", b""),
        ("a.csv", b"x" * 700_001),
        ("a.xlsx", b"x"),
        ("a.csv", b"\xff"),
    ):
        with pytest.raises(Invalid):
            read_sheet(name, data)
    for text in ("name,name\n", "name\na,b\n"):
        with pytest.raises(FaultyFile):
            read_sheet("a.csv", text.encode())
    with pytest.raises(Invalid):
        read_sheet("a.csv", ("name\n" + "N\n" * 1001).encode())
    assert read_sheet("a.txt", b"name\tcategory\nN\ttalent").header == ["name", "category"]


def test_an_import_adds_changes_and_leaves_and_is_kept_for_the_next(session: Session, cast: Cast) -> None:
    areas(session)
    actor = operator(session)
    partner = session.exec(select(Organisation).where(Organisation.code == "CAT")).one()
    other = session.exec(select(Organisation).where(Organisation.code == "DK")).one()
    sheet = read_sheet("a.csv", b"id;name;area;colour\n1;One;sport;red\n2;Two;talent;blue")
    choices = guess(sheet, {})
    assert import_programmes(session, actor, sheet, choices, partner).is_refused
    assert list_programmes(session, actor) == []
    assert session.exec(select(ProgrammeMapping)).all() == []
    words = {"category": {"sport": "connect", "talent": "talent"}}
    done = import_programmes(session, actor, sheet, type(choices)(choices.fields, words), partner)
    assert (done.added, done.changed, done.unchanged) == (2, 0, 0)
    kept = session.exec(select(ProgrammeMapping)).one()
    assert kept.content["fields"] == {"id": "code", "name": "name", "area": "category", "colour": ""}
    again = read_sheet("b.csv", b"id;name;area;colour\n1;One;talent;red\n2;Two;talent;blue\n3;Three;sport;x")
    found = guess(again, kept.content)
    done = import_programmes(session, actor, again, found, partner)
    assert (done.added, done.changed, done.unchanged) == (1, 1, 1)
    assert get_programme(session, actor, "1").version.category == "talent"
    assert [one.number for one in session.exec(select(ProgrammeVersion)).all()].count(2) == 1
    theirs = import_programmes(session, actor, sheet, type(choices)(choices.fields, words), other)
    assert theirs.recoded == {"1": "DK-1", "2": "DK-2"}
    assert (theirs.added, import_programmes(session, actor, sheet, found, other).unchanged) == (2, 2)


def test_programmes_without_codes_are_known_by_their_names(session: Session, cast: Cast) -> None:
    areas(session)
    actor = operator(session)
    partner = session.exec(select(Organisation).where(Organisation.code == "CAT")).one()
    sheet = read_sheet("a.csv", b"name;category\nOne;talent\nTwo;connect")
    assert import_programmes(session, actor, sheet, guess(sheet, {}), partner).added == 2
    assert [one.programme.code for one in list_programmes(session, actor)] == ["CAT-01", "CAT-02"]
    sheet = read_sheet("a.csv", b"name;category\nThree;talent\nTWO;talent")
    done = import_programmes(session, actor, sheet, guess(sheet, {}), partner)
    assert (done.added, done.changed) == (1, 1)
    assert get_programme(session, actor, "CAT-02").version.category == "talent"


def test_a_file_of_several_partners_may_use_a_code_twice(session: Session, cast: Cast) -> None:
    areas(session)
    actor = operator(session)
    sheet = read_sheet("a.csv", b"id;name;category;partner\n1;One;talent;CAT\n1;One;talent;DK")
    done = import_programmes(session, actor, sheet, guess(sheet, {}), None)
    assert (done.added, done.recoded) == (2, {"1": "DK-1"})
    assert session.exec(select(ProgrammeMapping)).all() == []


def take_over(client: TestClient, page: str, **more: str) -> Any:
    """Send the mapping page's form as it stands, with changes, as a browser without scripts would."""
    data = fields_of(page) | more
    return client.post("/programmes/import/mapping", data=data, files={"nothing": ("", b"")})


def fields_of(page: str) -> dict[str, str]:
    """The fields of the mapping form with what is chosen in them."""
    form = page[page.index('action="/programmes/import/mapping"') :] if 'action="/' in page else page
    found = {
        unescape(name): unescape(value)
        for name, value in findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    }
    for name, options in findall(r'<select class="select" name="([^"]+)"[^>]*>(.*?)</select>', form, DOTALL):
        chosen = search(r'<option value="([^"]*)" selected', options)
        found[unescape(name)] = unescape(chosen[1]) if chosen else ""
    return found | {"act": "take"}


def test_six_catalogues_are_mapped_and_compared_without_scripts(
    client: TestClient, session: Session, cast: Cast
) -> None:
    areas(session)
    session.commit()
    sign_in(client, session, cast.carla)
    partners = {one.code: str(one.id) for one in session.exec(select(Organisation)).all()}
    session.commit()
    for code in WORDS:
        catalogue = make_catalogue(code)
        page = upload(client, catalogue, partners[code])
        chosen = {f"value-category-{plain(word)}": value for word, value in catalogue.chosen}
        if chosen:
            refused = take_over(client, page)
            assert refused.status_code == 422
            assert "is not mapped to a value yet" in refused.text
            assert f"Nothing of {catalogue.file} was taken over." in refused.text
        done = take_over(client, page, **chosen)
        assert "30 programmes added, 0 changed, 0 as they were" in done.text, code
        again = upload(client, catalogue, partners[code])
        assert "0 programmes added, 0 changed, 30 as they were" in again
        assert "It was read as the partner's last file was." in again
    session.expire_all()
    assert len(session.exec(select(Programme)).all()) == 180
    compared = client.get("/programmes/comparison?category=talent").text
    written = [one for code in WORDS for one in make_catalogue(code).programmes if one.category == "talent"]
    assert len(written) > 20
    for one in written:
        assert one.name in compared
    assert client.get("/programmes/coverage").status_code == 200
    assert "could learn from" in client.get("/programmes/learning").text


def upload(client: TestClient, catalogue: Catalogue, partner: str) -> str:
    csrf = csrf_in(client.get("/programmes/import").text)
    files = {"sheet": (catalogue.file, io.BytesIO(catalogue.data))}
    return client.post("/programmes/import", data={"csrf": csrf, "partner": partner}, files=files).text


def test_the_page_names_what_it_does_not_know_and_can_be_changed(
    client: TestClient, session: Session, cast: Cast
) -> None:
    areas(session)
    session.commit()
    sign_in(client, session, cast.carla)
    partner = str(session.exec(select(Organisation).where(Organisation.code == "CAT")).one().id)
    session.commit()
    odd = Catalogue("CAT", "odd.csv", b"label;colour;area\nOne;red;talent", [])
    page = upload(client, odd, partner)
    assert "No column was found for: Name." in page
    fields = fields_of(page)
    assert (fields["field-0"], fields["field-1"], fields["field-2"]) == ("", "", "category")
    looked = take_over(client, page, **{"field-0": "name", "field-1": "fee_model", "act": "look"})
    assert looked.status_code == 200
    assert fields_of(looked.text)["value-fee_model-red"] == ""
    refused = take_over(client, looked.text)
    assert "“red” is not mapped to a value yet" in refused.text
    done = take_over(client, refused.text, **{"value-fee_model-red": "free"})
    assert "1 programmes added" in done.text
    for broken in ({"data": "%%%"}, {"data": ""}, {"partner": "x"}, {"name": "a.pdf"}):
        answer = take_over(client, page, **broken)
        assert (answer.status_code, "did not arrive whole" in answer.text) == (422, True)
    csrf = csrf_in(client.get("/programmes/import").text)
    assert client.post("/programmes/import", data={"csrf": csrf, "partner": partner}).status_code == 422
    nobody = client.post("/programmes/import", data={"csrf": csrf}, files={"sheet": ("a.csv", io.BytesIO(odd.data))})
    assert 'id="partner-fault"' in nobody.text
    twice = client.post(
        "/programmes/import",
        data={"csrf": csrf, "partner": partner},
        files={"sheet": ("a.csv", io.BytesIO(b"name;name\n"))},
    )
    assert "stands twice" in twice.text


def test_a_partners_manager_imports_for_that_partner_only(client: TestClient, session: Session, cast: Cast) -> None:
    areas(session)
    partners = {one.code: one for one in session.exec(select(Organisation)).all()}
    key = str(partners["CAT"].id)
    own = create_person(
        session, operator(session), email="m@innaxe.example", role="manager", name="M", organisation=key
    )
    session.commit()
    sign_in(client, session, own)
    page = client.get("/programmes/import").text
    assert key in page
    assert str(partners["DK"].id) not in page
    assert 'value="all"' not in page
    session.commit()
    catalogue = Catalogue("CAT", "own.csv", b"name;category\nOne;talent", [])
    assert "1 programmes added" in take_over(client, upload(client, catalogue, key)).text
    assert 'id="partner-fault"' in upload(client, catalogue, str(partners["DK"].id))
    assert 'id="partner-fault"' in upload(client, catalogue, "all")


@pytest.mark.parametrize(
    "text",
    [
        "Name,Category,Satisfaction (1-5)\nFair,connect,5" + " " * 120_000 + "x\n",
        "Name,Category,Satisfaction (1-5)\n" + ("Fair,connect,5" + " " * 9_000 + "x\n") * 70,
        "Name,Category,Target groups\nFair,connect," + "|".join(f"w{number}" for number in range(60_000)) + "\n",
        "Name,Category,Target groups\n"
        + "".join(f"P{row},connect,{'|'.join(f'w{row}-{n}' for n in range(900))}\n" for row in range(70)),
    ],
    ids=["blanks", "many blanks", "words", "many words"],
)
def test_a_file_made_to_be_slow_is_read_or_refused_at_once(text: str) -> None:
    begun = perf_counter()
    try:
        sheet = read_sheet("slow.csv", text.encode())
        assert check(sheet, guess(sheet, {}), {}, "x").faults
    except Invalid:
        pass
    assert perf_counter() - begun < 3


def test_a_workbook_of_more_text_than_anybody_reads_is_refused() -> None:
    book, out = Workbook(), io.BytesIO()
    page = book.worksheets[0]
    page.append(["Name", "Category", "Target groups"])
    for _ in range(300):
        page.append(["Fair", "connect", "a|" * 4_900])
    book.save(out)
    begun = perf_counter()
    with pytest.raises(Invalid, match="too large"):
        read_sheet("slow.xlsx", out.getvalue())
    assert perf_counter() - begun < 3
