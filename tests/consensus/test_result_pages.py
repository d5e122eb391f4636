"""Pages, files and the API of results say the same to the last digit, for real panels and for hardly any answers."""

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from babel.numbers import format_percent
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session

from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot
from app.consensus.service import hash_of
from app.stats.edge import settle
from app.surveys.authoring.models import Survey
from tests.consensus.results import REAL, close_with, import_consultation
from tests.make import Cast, sign_in

PAGES = ("", "/disagreement", "/change", "/response", "/initiatives/{code}")


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def heading_of(page: str) -> str:
    """The one first heading of a page."""
    found = re.findall(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert len(found) == 1, "each page has one first heading"
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def rows_of(page: str) -> dict[str, str]:
    """The text of each row of the first table, by the title of its initiative."""
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    rows: dict[str, str] = {}
    for row in table.split("<tr")[1:]:
        words = " ".join(re.sub(r"<[^>]+>", " ", "<" + row).split())
        if found := re.search(r"Initiative (\S+)", words):
            rows[found[1]] = words
    return rows


def percent(share: float) -> str:
    return format_percent(share, locale="en")


@pytest.fixture
def consultation(session: Session, client: TestClient, cast: Cast) -> tuple[Survey, Snapshot]:
    survey, snapshot = import_consultation(session, "e2e")
    sign_in(client, session, cast.biel)
    return survey, snapshot


def test_page_files_and_api_agree_to_the_last_digit(client: TestClient, consultation: tuple[Survey, Snapshot]) -> None:
    survey, snapshot = consultation
    findings = snapshot.findings
    table = client.get(f"/results/{survey.slug}/table.csv").content.decode("utf-8-sig")
    written = list(csv.DictReader(io.StringIO(table)))
    sheet = load_workbook(io.BytesIO(client.get(f"/results/{survey.slug}/table.xlsx").content)).worksheets[1]
    content = json.loads(client.get(f"/results/{survey.slug}/table.json").content)
    api = client.get(f"/api/v1/surveys/{survey.id}/results").json()
    names = [cell.value for cell in sheet[1]]
    assert names == list(written[0])
    assert content["notes"]["snapshot"] == api["snapshot"] == snapshot.sha256 == hash_of(findings)
    place, pages = 0, list[str]()
    for criterion in findings["criteria"]:
        page = client.get(f"/results/{survey.slug}?criterion={criterion}").text
        pages.append(text_of(page))
        rows = rows_of(page)
        assert len(rows) == len(findings["items"][criterion]) == 20
        verdicts = [line["verdict"] for line in findings["items"][criterion]]
        assert heading_of(page).startswith(f"{verdicts.count('consensus')} of 20 initiatives")
        sure = sum(
            line["verdict"] == "consensus" and line["standing"] == "agreed" for line in findings["items"][criterion]
        )
        assert (f"{sure} of them surely" in heading_of(page)) is (sure > 0)
        assert f"{verdicts.count('divided')} split" in heading_of(page)
        for line in findings["items"][criterion]:
            row, cell, stats = written[place], content["tables"][0]["rows"][place], api["cells"][place]["stats"]
            in_sheet = dict(zip(names, (one.value for one in sheet[place + 2]), strict=True))
            shown = rows[line["initiative"]]
            place += 1
            if line["suppressed"]:
                assert row["n"] == row["mean"] == ""
                assert in_sheet["n"] is cell["n"] is stats is None
                assert "Too few answers to show." in shown
                continue
            for name in ("share_high", "share_low", "mean", "balanced_mean", "median", "sd"):
                assert float(row[name]) == in_sheet[name] == cell[name] == stats[name] == line[name]
            assert int(row["n"]) == in_sheet["n"] == cell["n"] == api["cells"][place - 1]["n"] == line["n"]
            assert row["verdict"] == in_sheet["verdict"] == cell["verdict"] == stats["verdict"] == line["verdict"]
            for share in (line["share_low"], line["share_high"], line["share_middle"]):
                assert percent(share) in shown
            first, last = (int(limit) for limit in line["rank90"])
            assert (f"{first}–{last}" if first != last else str(first)) in shown
            assert shown.endswith(str(line["n"]))
    answered = client.get(f"/api/v1/surveys/{survey.id}/results/response").json()["answered"]["all"]
    assert all(f"Answered {answered} " in page for page in pages)


def test_headings_of_inner_pages_state_what_the_findings_say(
    client: TestClient, consultation: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = consultation
    findings = snapshot.findings
    lines = findings["items"]["impact"]
    shown = [line for line in lines if not line["suppressed"]]
    apart = sum((line["gap"] or 0) >= findings["rule"]["divided_gap"] - 1e-9 for line in lines)
    page = client.get(f"/results/{survey.slug}/disagreement").text
    assert heading_of(page).startswith(f"On {apart} of {len(shown)} initiatives" if apart else "No two groups")
    settled = [line["change"]["stable"] for line in shown if line["change"]["stable"] is not None]
    page = client.get(f"/results/{survey.slug}/change").text
    assert heading_of(page) == f"Opinion on {sum(settled)} of {len(settled)} initiatives has settled."
    page = client.get(f"/results/{survey.slug}/response").text
    assert f"{findings['answered']['all']} people are counted" in heading_of(page)
    words = {
        ("one_apart", True): "stands apart",
        ("one_apart", False): "seems to stand apart",
        ("two_camps", True): "Two camps",
        ("two_camps", False): "Perhaps two camps",
        ("split_within", False): "split within",
        ("none", False): "No group stands apart",
        ("", False): "Too few answers",
    }
    found: dict[str, dict[str, Any]] = {
        line["initiative"]: line["dissent"] or {"pattern": "", "is_sure": False} for line in lines
    }
    patterns = {code: (dissent["pattern"], dissent["is_sure"]) for code, dissent in found.items()}
    assert len(set(patterns.values())) > 1, "the panel shows more than one pattern"
    for code, pattern in patterns.items():
        assert words[pattern] in heading_of(client.get(f"/results/{survey.slug}/initiatives/{code}").text)


def test_a_finding_that_is_not_sure_is_headed_so(
    client: TestClient, session: Session, consultation: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = consultation
    address = f"/results/{survey.slug}/initiatives/I01"
    for pattern, is_sure, heading in (
        ("one_apart", True, "One group stands apart from the others: Industry."),
        ("one_apart", False, "One group seems to stand apart from the others: Industry."),
        ("two_camps", True, "Two camps: Industry against the others."),
        ("two_camps", False, "Perhaps two camps: Industry against the others."),
    ):
        findings = snapshot.findings
        line = findings["items"]["impact"][0]
        kept = line["dissent"] | {"pattern": pattern, "apart": ["industry"], "is_sure": is_sure}
        others = findings["items"]["impact"][1:]
        snapshot.findings = findings | {"items": findings["items"] | {"impact": [line | {"dissent": kept}, *others]}}
        session.add(snapshot)
        session.commit()
        assert heading_of(client.get(address).text) == heading


def test_what_pages_say_of_one_initiative_agrees(client: TestClient, consultation: tuple[Survey, Snapshot]) -> None:
    survey, snapshot = consultation
    page = text_of(client.get(f"/results/{survey.slug}").text)
    unequal = 0
    for line in snapshot.findings["items"]["impact"]:
        if line["suppressed"]:
            continue
        low, high = (percent(limit) for limit in line["wilson"])
        inner = text_of(client.get(f"/results/{survey.slug}/initiatives/{line['initiative']}").text)
        assert f"Impact {percent(line['share_high'])} {percent(line['box_share'])} ({low} – {high})" in inner
        unequal += percent(line["share_high"]) != percent(line["box_share"])
        p = line["dissent"]["p_adjusted"]
        assert ("p under 0.001, adjusted" if p < 0.001 else f"p {p:.3f}, adjusted") in inner
        assert ").Groups" not in inner
    assert unequal, "equal weights and all together differ on this panel"
    changes = [line["change"] for line in snapshot.findings["items"]["impact"] if line["change"]["points"] is not None]
    most = max(changes, key=lambda change: change["points"])
    assert f"{percent(most['after'])} (+{round(most['points'])})" in page, "the slope is that of the same people"
    page = text_of(client.get(f"/results/{survey.slug}/disagreement").text)
    for line in snapshot.findings["items"]["impact"]:
        for cell in line["by_helix"].values():
            if not cell["suppressed"] and not line["suppressed"]:
                points = round(100 * (cell["share_high"] - line["share_high"]))
                assert f"{percent(cell['share_high'])} {points:+d}".replace("-", "−").replace("+0", "0") in page


def test_what_is_left_of_a_change_comes_from_who_answered(
    client: TestClient, session: Session, consultation: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = consultation
    before = find_snapshot(session, survey.id, snapshot.round_number - 1)
    assert before is not None
    earlier = {line["initiative"]: line["box_share"] for line in before.findings["items"]["impact"]}
    rows = rows_of(client.get(f"/results/{survey.slug}/change").text)
    for line in snapshot.findings["items"]["impact"]:
        change = line["change"]
        if change["points"] is None:
            continue
        left = round(100 * (line["box_share"] - earlier[line["initiative"]])) - round(change["points"])
        said = " ".join(f"{points:+d}".replace("+0", "0") for points in (round(change["points"]), left))
        assert said.replace("-", "−") in rows[line["initiative"]]


def test_a_group_is_shown_with_its_intervals(client: TestClient, consultation: tuple[Survey, Snapshot]) -> None:
    survey, snapshot = consultation
    lines = snapshot.findings["items"]["impact"]
    page = client.get(f"/results/{survey.slug}?helix=industry").text
    rows = rows_of(page)
    cells = {line["initiative"]: line["by_helix"]["industry"] for line in lines}
    shown = [cell for cell in cells.values() if not cell["suppressed"]]
    reached = sum(cell["share_high"] >= snapshot.findings["rule"]["agree_share"] for cell in shown)
    assert heading_of(page).startswith(f"Industry: {reached} of {len(shown)} initiatives")
    for code, cell in cells.items():
        if cell["suppressed"]:
            assert "Too few answers" in rows[code]
        else:
            low, high = (percent(limit) for limit in cell["wilson"])
            assert f"{percent(cell['share_high'])} {low} – {high}" in rows[code]
            assert ("about" in rows[code]) == (cell["n"] < 20)


def test_one_group_is_sorted_by_what_is_said(client: TestClient, consultation: tuple[Survey, Snapshot]) -> None:
    survey, _ = consultation
    page = client.get(f"/results/{survey.slug}?helix=industry").text
    assert '<option value="rating" selected>Highest share</option>' in page
    assert "Gap between groups" not in page
    assert "Gap between groups" in client.get(f"/results/{survey.slug}").text


def test_a_filter_that_leaves_too_few_offers_what_may_be_shown(
    client: TestClient, session: Session, engine: Engine, cast: Cast
) -> None:
    survey, _ = close_with(session, engine, {"academia": [4] * 6, "industry": [2] * 7, "civil": [3, 3]})
    sign_in(client, session, cast.dora)
    page = client.get(f"/results/{survey.slug}?helix=civil").text
    assert heading_of(page) == "Civil: too few answers to show"
    assert "everybody" in text_of(page)
    assert ">everybody</a>" in page
    assert "<tbody>" not in page
    everybody = re.search(r'href="([^"]+)">everybody', page)
    assert everybody is not None
    assert client.get(everybody[1].replace("&amp;", "&")).status_code == 200


PANELS: Mapping[str, dict[str, list[int | None]]] = {
    "one answer": {"industry": [4]},
    "one group": {"industry": [4, 5, 3, 4, 2, 1]},
    "all equal": {helix: [3] * 6 for helix in ("academia", "civil", "government", "industry")},
    "nobody can judge": {helix: [None] * 6 for helix in ("academia", "civil", "government", "industry")},
    "all at one end": {helix: [5] * 6 for helix in ("academia", "civil", "government", "industry")},
}


@pytest.mark.parametrize("name", PANELS)
def test_hardly_any_answers_give_a_page_that_says_so(
    client: TestClient, session: Session, engine: Engine, cast: Cast, name: str
) -> None:
    survey, snapshot = close_with(session, engine, PANELS[name])
    sign_in(client, session, cast.dora)
    assert settle(snapshot.findings) == snapshot.findings
    for path in PAGES:
        page = client.get(f"/results/{survey.slug}{path.format(code='I1')}")
        assert page.status_code == 200, path
        assert heading_of(page.text)
        assert "nan" not in text_of(page.text).lower().split()
        assert "None" not in text_of(page.text)
    for query in ("?helix=industry", "?helix=civil&sort=judge", "?sort=code", "?round=1"):
        assert client.get(f"/results/{survey.slug}{query}").status_code == 200


@pytest.mark.parametrize("name", ["forestera", "aggrecat"])
def test_real_panels_from_elsewhere_have_pages(client: TestClient, session: Session, cast: Cast, name: str) -> None:
    survey, snapshot = import_consultation(session, name)
    sign_in(client, session, cast.biel)
    first = REAL[name]["codes"][0]
    for number in range(1, snapshot.round_number + 1):
        for path in PAGES:
            page = client.get(f"/results/{survey.slug}{path.format(code=first)}?round={number}")
            assert page.status_code == 200, path
            assert heading_of(page.text)
    assert len(rows_of(client.get(f"/results/{survey.slug}").text)) == len(REAL[name]["codes"])


def test_what_an_earlier_version_froze_can_still_be_read(
    client: TestClient, session: Session, consultation: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = consultation
    new = ("by_region", "by_both", "region_reason", "change", "dissent")
    findings: dict[str, Any] = {
        key: value for key, value in snapshot.findings.items() if key not in ("regions", "flow", "checks")
    }
    findings["items"] = {
        criterion: [{key: value for key, value in line.items() if key not in new} for line in lines]
        for criterion, lines in findings["items"].items()
    }
    snapshot.findings = findings | {"format": "innaxe-findings/1"}
    session.add(snapshot)
    session.commit()
    for path in PAGES:
        page = client.get(f"/results/{survey.slug}{path.format(code='I01')}")
        assert page.status_code == 200, path
        assert heading_of(page.text)
    assert client.get(f"/results/{survey.slug}/table.csv").status_code == 200
    assert client.get(f"/api/v1/surveys/{survey.id}/results", params={"by": "region"}).status_code == 200


@pytest.mark.parametrize("query", ["helix=nobody", "region=nowhere", "criterion=nothing", "sort=nothing", "round=9"])
def test_a_part_that_is_not_there_is_refused(
    client: TestClient, consultation: tuple[Survey, Snapshot], query: str
) -> None:
    survey, _ = consultation
    for path in PAGES:
        assert client.get(f"/results/{survey.slug}{path.format(code='I01')}?{query}").status_code in (404, 422), path
    assert client.get(f"/results/{survey.slug}/initiatives/X9").status_code == 404
    assert client.get(f"/results/{survey.slug}/table.doc").status_code == 404
