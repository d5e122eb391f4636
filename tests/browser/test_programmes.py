"""Six partners' catalogues are mapped and compared in a browser, with the clicks a person makes."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGTERM

import pytest
from sqlmodel import Session

from app.core.db import for_writing, make_engine
from app.people.queries import operator
from app.people.service import create_organisation
from app.programmes.importing.rules import plain
from tests.browser.conftest import INNAXE, Opener, Site, wait_until_ready
from tests.programmes.catalogues import WORDS, make_catalogue

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LONGEST, A_CLICK = 120, 2.0
"""Seconds for six catalogues of thirty programmes each; a click is counted with what a person needs to find it."""


@pytest.fixture(scope="module", params=[True, False], ids=["script", "no-script"])
def with_script(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, with_script: bool) -> Iterator[Site]:
    """A site with six partners and nothing else: what is imported would be in the way of other tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, data = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("partners")
    surroundings = os.environ | {"INNAXE_DATA_DIR": str(data), "INNAXE_BASE_URL": address, "INNAXE_LIMITS": "test"}
    subprocess.run([INNAXE, "migrate"], env=surroundings, check=True, capture_output=True)
    engine = make_engine(f"sqlite:///{data / 'innaxe.sqlite'}")
    with Session(for_writing(engine)) as session, session.begin():
        for code in WORDS:
            create_organisation(
                session, operator(session), name=f"Cluster {code}", helix="industry", is_partner=True, code=code
            )
    engine.dispose()
    user = [INNAXE, "user"]
    who = ["--email", "manager@innaxe.example"]
    subprocess.run([*user, "create", *who, "--role", "manager"], env=surroundings, check=True, capture_output=True)
    done = subprocess.run([*user, "link", *who], env=surroundings, check=True, capture_output=True, text=True)
    with (data / "log").open("wb") as log:
        server = subprocess.Popen([INNAXE, "serve", "--port", str(port)], env=surroundings, stderr=log)
        try:
            wait_until_ready(f"{address}/readyz")
            yield Site(address, {"manager": done.stdout.strip()}, surroundings)
        finally:
            server.terminate()
            assert server.wait(timeout=30) in (0, -SIGTERM)


def test_six_catalogues_are_mapped_and_compared_in_two_minutes(
    visit: Opener, site: Site, tmp_path: Path, with_script: bool
) -> None:
    page = visit(width=1280, height=900, java_script_enabled=with_script)
    page.goto(site.links["manager"])
    page.click("main button")
    page.click("header nav >> text=Programmes")
    catalogues = [make_catalogue(code) for code in WORDS]
    for one in catalogues:
        (tmp_path / one.file).write_bytes(one.data)
    began, clicks = time.monotonic(), 0

    def act(do: Callable[[], object]) -> None:
        nonlocal clicks
        do()
        clicks += 1

    act(lambda: page.click("text=Import programmes"))
    for one in catalogues:
        act(lambda one=one: page.select_option("#partner", label=f"Cluster {one.partner}"))
        act(lambda one=one: page.set_input_files("#sheet", tmp_path / one.file))
        act(lambda: page.click("text=Read the file"))
        for word, value in one.chosen:
            name = f"value-category-{plain(word)}"
            act(lambda name=name, value=value: page.select_option(f"select[name='{name}']", value))
        act(lambda: page.locator("button[value=take]").first.click())
        assert "30 programmes added" in page.inner_text(".notice.ok")
    act(lambda: page.click(".notice.ok >> text=Comparison"))
    for category in ("Accelerate", "Scale up", "Talent", "Competitiveness"):
        act(lambda category=category: page.click(f".parts >> text={category}"))
    written = [one for each in catalogues for one in each.programmes]
    assert page.locator(".compared tbody tr").count() == sum(one.category == "competitiveness" for one in written)
    act(lambda: page.click(".tabs >> text=Coverage and overlap"))
    shown = [int(text) for text in page.locator(".matrix .cell > .num").all_inner_texts()]
    assert sum(shown) == len(written) == 180
    act(lambda: page.click(".tabs >> text=Who could learn from whom"))
    assert page.locator(".lessons li").count() > 0
    took = time.monotonic() - began
    print(f"{clicks} clicks, {took:.1f} s")  # noqa: T201 -- what was measured, shown with -s
    assert took + clicks * A_CLICK <= LONGEST


def test_the_next_file_of_a_partner_needs_no_mapping(
    visit: Opener, site: Site, tmp_path: Path, with_script: bool
) -> None:
    page = visit(java_script_enabled=with_script)
    link = subprocess.run(
        [INNAXE, "user", "link", "--email", "manager@innaxe.example"],
        env=site.surroundings,
        check=True,
        capture_output=True,
        text=True,
    )
    page.goto(link.stdout.strip())
    page.click("main button")
    page.goto("/programmes/import")
    again = make_catalogue("IDF")
    (tmp_path / again.file).write_bytes(again.data)
    page.select_option("#partner", label="Cluster IDF")
    page.set_input_files("#sheet", tmp_path / again.file)
    page.click("text=Read the file")
    said = page.inner_text(".notice.ok")
    assert "0 programmes added, 0 changed, 30 as they were" in said
    assert "It was read as the partner's last file was." in said
