"""A bundle that was changed, however carefully, is told from the one that was made, and what was changed is named."""

import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.bundles import bundle
from app.reports.bundle import archive
from app.reports.bundle.archive import MOST_FILES, pack, unpack
from app.reports.bundle.comparing import Fate, Unknown, compare, leaves
from app.reports.bundle.counting import FROZEN_BY
from app.reports.bundle.recomputing import ORDERS_STAY
from app.reports.bundle.verifying import Verdict, verify
from tests.reports.bundle.forging import few_answers, forged, in_json, make_bundles, planned, replaced, sealed, zipped

Bundles = Mapping[bool, bytes]
FINDINGS = "published/round-2-findings.json"
PLAN = "published/plan-1-scenario-1.json"


@pytest.fixture(scope="module")
def bundles(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    return make_bundles(sqlite_template, tmp_path_factory.mktemp("bundles"), planned)


@pytest.fixture(scope="module")
def light(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    return make_bundles(sqlite_template, tmp_path_factory.mktemp("light"), few_answers)


def named(verdict: Verdict) -> str:
    return "\n".join([*verdict.faults, *verdict.differing])


def test_every_figure_of_answers_comes_out_again(bundles: Bundles) -> None:
    verdict = verify(bundles[True])
    assert named(verdict) == ""
    assert verdict.notes == []
    assert verdict.equal > 20_000
    reasons = {reason: len(names) for reason, names in verdict.not_recomputed.items()}
    assert set(reasons) == {FROZEN_BY.reason, ORDERS_STAY.reason}, reasons


def test_of_counts_every_figure_comes_out_again_or_is_named_with_its_reason(bundles: Bundles) -> None:
    verdict = verify(bundles[False])
    assert named(verdict) == ""
    missing = {name: reason for reason, names in verdict.not_recomputed.items() for name in names}
    files = unpack(bundles[False])
    there = {
        f"{name}: {path}"
        for name in files
        if name.startswith("published/")
        for path, _ in leaves(archive.from_json(files[name]))
    }
    assert set(missing) < there
    assert verdict.equal == len(there) - len(missing)
    assert missing[f"{FINDINGS}: overall[0].rank90[0]"].startswith("ranges of ranks rest on re-samples")
    recomputed = there - set(missing)
    for path in ("overall[0].score", "overall[0].rank", "items.impact[0].mean", "items.impact[3].verdict"):
        assert f"{FINDINGS}: {path}" in recomputed
    for path in ("found.plan.objective", "content.planned", "content.value", "evidence.I01.value"):
        assert f"{PLAN}: {path}" in recomputed


def raise_weight(content: Any) -> None:
    content["criteria"][0]["weight"] += 0.1


def reword(content: Any) -> None:
    content[2]["title"]["en"] += "!"


def reword_all(content: Any) -> None:
    content["items"][2]["title"]["en"] += "!"


def nudge_mean(content: Any) -> None:
    content["items"]["impact"][0]["mean"] += 1e-9


def nudge_value(content: Any) -> None:
    content["content"]["planned"] += 1


def nudge_optimum(content: Any) -> None:
    content["found"]["plan"]["objective"] += 1e-9


def cheapen(content: Any) -> None:
    content["items"][5]["facts"]["cost_high"] -= 1000


def more_money(content: Any) -> None:
    content["draft"]["rules"]["ceilings"][0] += 1000


def nudge_count(content: Any) -> None:
    content["1"]["items"]["impact"]["I1"]["counts"][0] += 1


def nudge_rank(content: Any) -> None:
    content["tables"][0]["rows"][0]["score"] += 1e-9


def nudge_figure(content: Any) -> None:
    content["opinion.impact"]["rows"][0][-1] = 99


def nudge_alpha(content: Any) -> None:
    content["krippendorff_alpha"]["round1"]["impact"]["ordinal"] += 1e-9


LIGHT = "published/round-1-findings.json"


@pytest.mark.parametrize(
    ("answers", "name", "change", "told"),
    [
        pytest.param(True, "answers/ratings.csv", replaced(b",5,5", b",9,5"), "outside the scale", id="off the scale"),
        pytest.param(True, "protocol.json", in_json(raise_weight), "weights.impact", id="a weight"),
        pytest.param(False, "protocol.json", in_json(raise_weight), "weights.impact", id="a weight, of counts"),
        pytest.param(True, "items.json", in_json(reword), "I3, title.en", id="a word of an item"),
        pytest.param(True, "protocol.json", in_json(reword_all), "its hash differs", id="a word of the protocol"),
        pytest.param(True, LIGHT, in_json(nudge_mean), "items.impact[0].mean", id="a figure"),
        pytest.param(False, LIGHT, in_json(nudge_mean), "items.impact[0].mean", id="a figure, of counts"),
        pytest.param(False, "counts/counts.json", in_json(nudge_count), "items.impact[0].counts[0]", id="a count"),
        pytest.param(True, "published/priorities.json", in_json(nudge_rank), "rows[0].score", id="a score of the list"),
        pytest.param(False, "published/round-1-figures.json", in_json(nudge_figure), "opinion.impact", id="a picture"),
        pytest.param(True, "published/analysis.json", in_json(nudge_alpha), "round1.impact.ordinal", id="the analysis"),
    ],
)
def test_one_change_is_named_even_when_it_was_sealed(
    light: Bundles, answers: bool, name: str, change: Callable[[bytes], bytes], told: str
) -> None:
    verdict = verify(forged(light[answers], name, change))
    assert not verdict.is_equal
    assert told in named(verdict), named(verdict)[:2000]
    assert "was changed" not in named(verdict), "the forger sealed it"


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        pytest.param(PLAN, in_json(nudge_value), "content.planned", id="a sum of the plan"),
        pytest.param(PLAN, in_json(nudge_optimum), "found.plan.objective", id="the optimum"),
        pytest.param("plans/plan-1-scenario-1.json", in_json(cheapen), "content.items[5].cost", id="a cost"),
        pytest.param("plans/plan-1-scenario-1.json", in_json(more_money), "content.ceilings[0]", id="a ceiling"),
    ],
)
def test_one_change_of_a_plan_is_named(
    bundles: Bundles, name: str, change: Callable[[bytes], bytes], told: str
) -> None:
    assert told in named(verify(forged(bundles[False], name, change)))


def test_an_optimum_made_up_everywhere_is_found_by_solving(bundles: Bundles) -> None:
    def better(content: Any) -> None:
        content["found"]["plan"]["objective"] += 1
        if "content" in content:
            content["content"]["solution"]["objective"] += 1

    data = bundles[False]
    for name in (PLAN, "plans/plan-1-scenario-1.json"):
        data = forged(data, name, in_json(better))
    assert [one.split(": ")[1] for one in verify(data).differing] == ["found.plan.objective"]


@pytest.mark.parametrize("part", ["robust", "rank_set"])
def test_what_counts_do_not_prove_is_not_called_equal_where_it_is_copied(bundles: Bundles, part: str) -> None:
    def as_input(content: Any) -> None:
        content["robust"] = {"robust": {item["code"]: 0.123 for item in content["items"]}}
        for item in content["items"]:
            item["evidence"]["rank_set"] = [1, 1]

    def as_published(content: Any) -> None:
        items = content["content"]["items"]
        content["robust"] = {"robust": {item["code"]: 0.123 for item in items}}
        for item in items:
            item |= {"robust": 0.123, "rank_set": [1, 1]}
            content["evidence"][item["code"]]["rank_set"] = [1, 1]

    made_up = forged(bundles[False], "plans/plan-1-scenario-1.json", in_json(as_input))
    verdict = verify(forged(made_up, PLAN, in_json(as_published)))
    missing = [one for names in verdict.not_recomputed.values() for one in names]
    assert any(one.startswith(f"{PLAN}: content.items[0].{part}") for one in missing)


def move_figures(manifest: Any) -> None:
    manifest["published"][LIGHT]["places"][0]["page"] = "/results/another?round=1"


def count_fewer(manifest: Any) -> None:
    manifest["published"][LIGHT]["figures"] -= 1


def name_another(manifest: Any) -> None:
    manifest["survey"]["title"] = {"en": "Another survey"}


@pytest.mark.parametrize("change", [move_figures, count_fewer, name_another])
def test_what_only_the_manifest_says_is_checked(light: Bundles, change: Callable[[Any], None]) -> None:
    verdict = verify(forged(light[False], "manifest.json", in_json(change), is_sealed=False))
    assert [one.split(":")[0] for one in verdict.faults] == ["manifest.json"]


def many_levels(content: Any) -> None:
    content["scale"]["high"] = 1000


def many_draws(content: Any) -> None:
    content["draws"] = 1_000_000


@pytest.mark.parametrize(("name", "change"), [("protocol.json", many_levels), (LIGHT, many_draws)])
def test_numbers_that_would_fill_a_machine_are_told(light: Bundles, name: str, change: Callable[[Any], None]) -> None:
    verdict = verify(forged(light[False], name, in_json(change)))
    assert "are more than any bundle has" in named(verdict)
    assert verdict.equal == 0


def test_years_without_end_are_told(bundles: Bundles) -> None:
    def many_years(content: Any) -> None:
        content["plan"]["years"] = 51

    verdict = verify(forged(bundles[False], "plans/plan-1-scenario-1.json", in_json(many_years)))
    assert "51 are more than any bundle has" in named(verdict)


def test_a_figure_said_twice_is_told(light: Bundles) -> None:
    """Python reads the last one, who opens the file the first."""
    verdict = verify(forged(light[False], LIGHT, replaced(b'"round": 1,', b'"round": 7, "round": 1,')))
    assert not verdict.is_equal
    assert "says something twice" in named(verdict)


def test_a_change_that_was_not_sealed_names_the_file(light: Bundles) -> None:
    verdict = verify(forged(light[True], LIGHT, in_json(nudge_mean), is_sealed=False))
    assert f"{LIGHT} was changed" in named(verdict)


def test_one_answer_changes_what_rests_on_it(light: Bundles) -> None:
    verdict = verify(forged(light[True], "answers/ratings.csv", replaced(b",5,5\r\n", b",1,5\r\n")))
    assert any("items.impact[0].mean: published" in one for one in verdict.differing)
    assert not any("items.urgency[0].mean" in one for one in verdict.differing), "nothing else changed"
    assert any("inputs.ratings" in one for one in verdict.differing), "the analysis names the table it was made of"
    assert all("/results/small?round=1" in one for one in verdict.differing if "-findings" in one), "the page is named"


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "not sealed"])
@pytest.mark.parametrize("answers", [True, False], ids=["answers", "counts"])
def test_a_file_missing_or_added_is_named(light: Bundles, answers: bool, is_sealed: bool) -> None:
    whole = unpack(light[answers])
    assert len(whole) > 8
    for name in whole:
        rest = {one: content for one, content in whole.items() if one != name}
        if is_sealed and name not in ("manifest.json", "README.txt"):
            rest = sealed(rest)
        verdict = verify(pack(rest))
        assert not verdict.is_equal or (is_sealed and name == "README.txt"), name
        if name != "README.txt" or not is_sealed:
            assert name.removeprefix("plans/").removeprefix("published/") in named(verdict), name
    if not is_sealed:
        assert "extra.txt" in named(verify(pack({**whole, "extra.txt": b"more"})))
    added = {**whole, "published/round-3-findings.json": whole[LIGHT]}
    assert "published/round-3-findings.json" in named(verify(pack(sealed(added) if is_sealed else added)))


def test_what_is_no_whole_zip_file_is_told(light: Bundles) -> None:
    data = light[False]
    for part in (b"", b"hello", data[: len(data) // 2], data[:-1], data[100:]):
        assert "not a whole zip file" in named(verify(part))
    bent = bytearray(data)
    bent[len(bent) // 3] ^= 0xFF
    assert not verify(bytes(bent)).is_equal


def test_hostile_archives_are_not_unpacked(light: Bundles, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = ("manifest.json", unpack(light[False])["manifest.json"])
    assert "unfolds to more than" in named(verify(zipped([("manifest.json", bytes(archive.MOST_BYTES + 1))])))
    assert f"more than {MOST_FILES} files" in named(verify(zipped([(f"f{n}", b"") for n in range(MOST_FILES + 1)])))
    for name in ("../up", "/root", "a//b", "a\\b", "C:/x", "a/../b", "folder/"):
        assert "a name that no bundle has" in named(verify(zipped([manifest, (name, b"")]))), name
    for packed in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "a way that no bundle is" in named(verify(zipped([manifest], packed)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "twice" in named(verify(zipped([manifest, manifest])))
    for content in (b"", b"[]", b"{", b"{}", b'{"format": "innaxe-bundle/2"}', b"[" * 100_000, b"\xff"):
        assert "manifest.json is not that of a bundle" in named(verify(zipped([("manifest.json", content)]))), content[
            :9
        ]
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    assert "unfolds to more than" in named(verify(light[False])), "all files together count"


@pytest.mark.parametrize("name", ["protocol.json", "rounds.json", "items.json", "answers/respondents.csv", LIGHT])
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"a": 1}', b"\xff\xfe", b"a,b\r\n1"])
def test_content_of_another_shape_is_told_and_not_raised(light: Bundles, name: str, content: bytes) -> None:
    verdict = verify(forged(light[True], name, lambda _: content))
    assert not verdict.is_equal


def test_another_program_is_noted(light: Bundles) -> None:
    def age(content: Any) -> None:
        content["software"] |= {"version": "0.0.1", "code_sha256": "0" * 64}

    verdict = verify(forged(light[False], "manifest.json", in_json(age), is_sealed=False))
    assert verdict.is_equal
    assert len(verdict.notes) == 2
    assert "0.0.1" in verdict.notes[0]


OFFLINE = """
import contextlib, io, json, socket, sys
def refuse(*_, **__):
    raise OSError("there is no network and no database")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import app.core.db, app.cli.work
app.core.db.make_engine = app.cli.work.make_engine = refuse
from app.cli import main
for file in sys.argv[1:]:
    sys.argv = ["innaxe", "bundle", "verify", file]
    code, said = 0, io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    print(json.dumps([code, said.getvalue()]))
"""


def test_it_needs_no_server_no_network_and_no_database(light: Bundles, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INNAXE_")}
    environment |= {"INNAXE_DATA_DIR": str(home), "HOME": str(home)}
    cases = {
        "answers.zip": light[True],
        "counts.zip": light[False],
        "forged.zip": forged(light[False], LIGHT, in_json(nudge_mean)),
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-c", OFFLINE, *(str(tmp_path / name) for name in cases)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=300)
    (first, told), (second, _), (third, bad) = map(json.loads, ended.stdout.splitlines())
    assert (first, second, third) == (0, 0, 8), ended.stdout[-2000:]
    assert told.splitlines()[-1].split(", ")[1] == "0 differ"
    assert f"differs: {LIGHT} (/results/small?round=1" in bad
    assert list(home.iterdir()) == []


def test_what_is_not_recomputed_is_a_line_a_reason_and_all_of_it_when_asked(light: Bundles, tmp_path: Path) -> None:
    (tmp_path / "counts.zip").write_bytes(light[False])
    left = verify(light[False]).not_recomputed
    short, long = (
        CliRunner().invoke(bundle, ["verify", str(tmp_path / "counts.zip"), *more]).stdout.splitlines()
        for more in ([], ["--every"])
    )
    for lines, most in ((short, len(left)), (long, sum(map(len, left.values())))):
        assert len([line for line in lines if line.startswith("not recomputed: ")]) == most
    assert most > 10 * len(left)
    for reason, names in left.items():
        assert f"not recomputed: {names[-1]} ({reason})" in long
        assert len(names) == 1 or f"not recomputed: {len(names)} figures, such as {names[0]} ({reason})" in short
    assert short[-1] == long[-1]


def test_comparing_names_each_leaf() -> None:
    found = {line.path: line.fate for line in compare({"a": [1, {}], "b": None, "c": []}, {"a": [2, {}], "b": 0})}
    assert found == {"a[0]": Fate.DIFFERS, "a[1]": Fate.EQUAL, "b": Fate.DIFFERS, "c": Fate.DIFFERS}
    lines = list(compare({"a": {"x": 1, "y": [2]}}, {"a": Unknown("why"), "z": Unknown("no"), "w": 1}))
    assert [(line.path, line.fate) for line in lines] == [
        ("a.x", Fate.NOT_RECOMPUTED),
        ("a.y[0]", Fate.NOT_RECOMPUTED),
        ("w", Fate.DIFFERS),
    ]
    assert [line.fate for line in compare([True, 1.0, "é"], [1, 1, "é"])] == [Fate.DIFFERS, Fate.EQUAL, Fate.EQUAL]
    assert [line.fate for line in compare([1, 2], [1])] == [Fate.EQUAL, Fate.DIFFERS]
