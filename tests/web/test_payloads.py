"""Hostile text in every field: shown as text on every page, inert in every file, refused where it cannot be stored."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.initiatives.exporting import export_initiatives
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.validation.service import make_survey
from app.consensus.service import close_round
from app.people.queries import operator
from app.people.service import create_organisation, create_person
from app.surveys.rounds.service import open_round
from tests.make import Cast, answer, csrf_in, make_response, sign_in, small_survey_file

XSS = (
    "<script>zqx(1)</script>",
    "</script><script>zqx(2)</script>",
    "<img src=x onerror=zqx(3)>",
    "<svg onload=zqx(4)>",
    '"><script>zqx(5)</script>',
    "'><script>zqx(6)</script>",
    '" onmouseover="zqx(7)',
    "' onfocus='zqx(8)' autofocus='",
    "javascript:zqx(9)",
    "<a href=javascript:zqx(10)>a</a>",
    "<iframe srcdoc='<script>zqx(11)</script>'>",
    "<body onload=zqx(12)>",
    "<input autofocus onfocus=zqx(13)>",
    "<details open ontoggle=zqx(14)>",
    "<math><mi//xlink:href='data:x,<script>zqx(15)</script>'>",
    "<style>@import 'http://evil.example/zqx16'</style>",
    "<link rel=stylesheet href=http://evil.example/zqx17>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/zqx18'>",
    "<base href=http://evil.example/zqx19>",
    "<form action=http://evil.example/zqx20><button>a</button></form>",
    "<object data=http://evil.example/zqx21></object>",
    "<!--><script>zqx(22)</script>-->",
    "<![CDATA[<script>zqx(23)</script>]]>",
    "&lt;script&gt;zqx(24)&lt;/script&gt;",
    "\u003cscript\u003ezqx(25)\u003c/script\u003e",
    "<scr<script>ipt>zqx(26)</scr</script>ipt>",
    "<IMG SRC=`javascript:zqx(27)`>",
    "<div hx-get='/zqx28' hx-trigger='load'>a</div>",
    "<div data-hx-on:load='zqx(29)'>a</div>",
    "<template><script>zqx(30)</script></template>",
)
TEMPLATE = (
    "{{ 7919*7907 }}",
    "{% for a in (1,) %}zq{% endfor %}",
    "${7919*7907}",
    "#{7919*7907}",
    "<%= 7919*7907 %>",
    "%(num)s %s {0}",
)
SQL = ("'; DROP TABLE person; --", "' OR '1'='1", '"); DELETE FROM answer; --')
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://evil.example")',
    "=cmd|'/c x'!A1",
)
TEXTS = (*XSS, *TEMPLATE, *SQL, *FORMULAS)


class Marks(HTMLParser):
    """Everything on a page that is markup and bears the marks of a payload."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note markup that a payload would have made."""
        for name, value in attrs:
            is_handler = name.startswith(("on", "hx-on", "data-hx-on"))
            is_address = name in ("href", "src", "action", "data", "srcdoc") and "zqx" in (value or "")
            is_script = name in ("href", "src", "action") and (value or "").lower().startswith("javascript")
            if is_handler or is_address or is_script:
                self.found.append(f"<{tag} {name}={value!r}>")
        if tag in ("script", "iframe", "object", "base", "embed", "math", "template") and not dict(attrs).get("src"):
            self.found.append(f"<{tag}>")


def markup_of_payloads(page: str) -> list[str]:
    marks = Marks()
    marks.feed(page)
    return marks.found


def poison(session: Session, engine: Engine) -> str:
    """Payloads in every text field there is: initiatives, survey, options, people, organisations, comments."""
    home = operator(session)
    initiatives = [
        {
            "id": f"I{number}",
            "title": {"en": text.strip() or "x"},
            "summary": {"en": text},
            "rationale": text,
            "lead_partner": text.strip()[:200],
            "partners": [text.strip()],
            "expected_outputs": [text],
            "pillar": text.strip(),
            "programmes": [text.strip() or "x"],
            "tags": [text.strip() or "x"],
            "helix_groups": [text.strip() or "x"],
            "funding_candidates": [text.strip() or "x"],
            "conflicts_of_interest": text,
            "phases": [{"text": text.strip() or "x", "start": "2028-Q1", "end": "2028-Q2"}],
            "indicator_targets": [{"indicator": text.strip() or "x", "unit": text.strip()}],
            "risks": [{"text": text, "likelihood": 1, "impact": 1, "mitigation": text}],
        }
        for number, text in enumerate(TEXTS)
    ]
    topics = [{"id": "t", "label": {"en": XSS[0]}}]
    file = {"format": "initiative-catalogue/1", "topics": topics, "initiatives": initiatives}
    import_initiatives(session, home, parse_catalogue("all.json", json.dumps(file).encode()))
    words = {"en": XSS[4]}
    document = small_survey_file(survey_id="small", title={"en": XSS[1]}, introduction=words, thank_you=words)
    document.controller, document.contact = XSS[2], XSS[6]
    for section in document.sections:
        for question in section.questions:
            question.text = {"en": XSS[3]}
            for option in question.options:
                option.label = {"en": XSS[7]}
            for criterion in question.criteria:
                criterion.label = {"en": XSS[0]}
    survey = make_survey(session, home, document).survey
    open_round(session, home, survey)
    for number, text in enumerate(XSS[:12]):
        create_organisation(session, home, name=text, helix="industry")
        create_person(session, home, email=f"p{number}@innaxe.example", role="reviewer", name=text)
    for _ in range(6):
        response, token = make_response(session, survey)
        answer(engine, response, token, {f"I{number}.impact": 4 for number in range(len(TEXTS))})
    close_round(session, home, survey)
    open_round(session, home, survey)
    session.commit()
    return survey.slug


def test_there_are_thirty_and_the_check_finds_one() -> None:
    assert len(XSS) == 30
    assert markup_of_payloads("<p><img src=x onerror=zqx(3)></p>")
    assert markup_of_payloads("<script>zqx(1)</script>")
    assert not markup_of_payloads("<p>&lt;script&gt;zqx(1)&lt;/script&gt;</p>")


def test_every_page_shows_payloads_as_text(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    slug = poison(session, engine)
    sign_in(client, session, cast.alba)
    pages = ["/", "/initiatives", "/surveys", f"/surveys/{slug}", f"/results/{slug}", f"/priorities/{slug}", "/people"]
    pages += ["/organisations", "/history", "/account"]
    pages += re.findall(r'href="(/initiatives/[0-9a-f-]+)"', client.get("/initiatives").text)
    pages += re.findall(r'href="(/people/[0-9a-f-]+)"', client.get("/people").text)
    assert markup_of_payloads(client.get(f"/s/{slug}").text) == []
    form = {"csrf": csrf_in(client.get(f"/s/{slug}").text), "consent": "yes", "helix": "industry"}
    assert client.post(f"/s/{slug}", data=form).status_code == 303
    pages += [f"/s/{slug}/q/{number}" for number in range(1, len(TEXTS) + 1)] + [f"/s/{slug}/all", f"/s/{slug}/check"]
    assert len(pages) > 2 * len(TEXTS)
    seen = ""
    for path in pages:
        page = client.get(path)
        assert page.status_code == 200, path
        assert markup_of_payloads(page.text) == [], path
        seen += page.text
    for payload in ("zqx(1)", "zqx(30)", "{{ 7919*7907 }}", "DROP TABLE person"):
        assert payload in seen, "the payloads are there, as text"
    assert "62615533" not in seen, "no template language runs"


def test_what_was_typed_comes_back_as_text(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.alba)
    csrf = csrf_in(client.get("/people").text)
    for payload in (*XSS, *TEMPLATE, *SQL):
        typed = {"csrf": csrf, "email": payload, "name": payload, "role": payload, "language": payload, "code": payload}
        for path in ("/people", "/organisations", "/account/keys", "/account/password", "/login/password", "/receipt"):
            page = client.post(path, data=typed)
            assert page.status_code in (200, 303, 422, 429), (path, payload)
            assert markup_of_payloads(page.text) == [], (path, payload)


def test_no_file_holds_a_formula(
    client: TestClient, session: Session, engine: Engine, cast: Cast, tmp_path: Path
) -> None:
    slug = poison(session, engine)
    files: dict[str, bytes] = {
        f"initiatives.{kind}": export_initiatives(session, operator(session), kind) for kind in ("csv", "xlsx")
    }
    session.commit()
    sign_in(client, session, cast.alba)
    files["results.csv"] = client.get(f"/results/{slug}/table.csv").content
    for kind in ("csv", "xlsx"):
        files[f"priorities.{kind}"] = client.get(f"/priorities/{slug}/export.{kind}").content
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        if name.endswith(".csv"):
            separator = ";" if data.decode("utf-8-sig").split("\n")[0].count(";") else ","
            rows = [*csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=separator)]
            assert any("evil.example" in cell for row in rows for cell in row) or name == "results.csv", name
            cells = [cell for row in rows for cell in row if cell and not _is_number(cell)]
            dangerous = [cell for cell in cells if cell[0] in "=+-@\t\r"]
            assert dangerous == [], name
        else:
            book: Any = load_workbook(io.BytesIO(data))
            kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
            assert "f" not in kinds, name


def test_libreoffice_finds_no_formula(session: Session, engine: Engine, cast: Cast, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        reason = "no LibreOffice on this machine: apt-get install libreoffice-calc-nogui"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    poison(session, engine)
    for kind in ("csv", "xlsx"):
        file = tmp_path / f"initiatives.{kind}"
        file.write_bytes(export_initiatives(session, operator(session), kind))
        assert formulas_seen_by_office(office, file) == 0
    plain = tmp_path / "plain.csv"
    plain.write_text("a,b\n=1+1,2\n")
    assert formulas_seen_by_office(office, plain) == 1, "it would find one"


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def formulas_seen_by_office(office: str, file: Path) -> int:
    """How many formulas LibreOffice finds in a file it opens itself."""
    folder = file.parent / f"office-{file.name}"
    profile = f"-env:UserInstallation=file://{file.parent / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "ods", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(next(folder.glob("*.ods"))) as archive:
        return archive.read("content.xml").decode().count("table:formula=")
