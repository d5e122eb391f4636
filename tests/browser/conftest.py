"""A real server with the demonstration, and a real Chromium that tells when a page misbehaves."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from sqlmodel import Session, select

from app.actionplan.adoption.models import PlanBallot
from app.actionplan.adoption.voting import Closing, close_ballot, open_ballot
from app.actionplan.decisions.rules import Part
from app.actionplan.initiatives.models import Initiative
from app.actionplan.monitoring.queries import get_following
from app.actionplan.monitoring.service import start_following
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_own_plan, get_scenario
from app.consensus.figures.models import FigureDrawing
from app.consensus.figures.queries import list_undrawn
from app.core.db import for_writing, make_engine
from app.people.queries import find_actor, find_person_by_email
from app.people.rules import Actor

INNAXE = Path(sys.executable).with_name("innaxe")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # what no test sees: processes apart for each site, soft edges in colours, still pictures between two pages
    "--disable-site-isolation-trials",
    "--disable-features=site-per-process,PaintHolding,Translate,OptimizationHints,MediaRouter",
    "--disable-extensions",
    "--disable-smooth-scrolling",
    "--disable-lcd-text",
    "--num-raster-threads=1",
]


@dataclass(frozen=True)
class Site:
    """A served demonstration and the links that `innaxe demo` printed."""

    address: str
    links: dict[str, str]
    surroundings: dict[str, str]
    survey: str = "demo-validation-survey"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    data = tmp_path_factory.mktemp("site")
    surroundings = os.environ | {"INNAXE_DATA_DIR": str(data), "INNAXE_BASE_URL": address, "INNAXE_LIMITS": "test"}
    subprocess.run([INNAXE, "migrate"], env=surroundings, check=True, capture_output=True)
    printed = subprocess.run([INNAXE, "demo"], env=surroundings, check=True, capture_output=True, text=True).stdout
    _follow_a_plan(data / "innaxe.sqlite")
    _let_pictures_stand_for_others(data / "innaxe.sqlite")
    with (data / "log").open("wb") as log:
        server = subprocess.Popen([INNAXE, "serve", "--port", str(port)], env=surroundings, stderr=log)
        try:
            wait_until_ready(f"{address}/readyz")
            yield Site(address, _links(printed), surroundings)
        finally:
            server.terminate()
            assert server.wait(timeout=30) in (0, -SIGTERM)


def _follow_a_plan(path: Path) -> None:
    """Let the demonstration's plan be adopted and followed, and another draft of it be voted on.

    Its initiatives stay open: what people write in other tests is about them.
    """
    engine = make_engine(f"sqlite:///{path}")
    with Session(for_writing(engine)) as session:
        person = find_person_by_email(session, "coordinator@innaxe.example")
        assert person
        actor = find_actor(session, person)
        assert actor
        plan = get_own_plan(session, actor, 1)
        states = {one.id: one.state for one in session.exec(select(Initiative))}
        first = _ballot(session, actor, plan, 1)
        closing = Closing("adopted", "It serves every partner.", [Part(str(person.id))])
        close_ballot(session, actor, plan, first, closing, first.revision)
        start_following(session, actor, get_following(session, actor, 1))
        _ballot(session, actor, plan, 2)
        for one in session.exec(select(Initiative)):
            one.state = states[one.id]
        session.commit()
    engine.dispose()


def _let_pictures_stand_for_others(path: Path) -> None:
    """Let each figure that the demonstration drew be that of the other languages and of the round before too.

    The server would draw them all while tests wait for pages, and no test reads what is written in them.
    """
    engine = make_engine(f"sqlite:///{path}")
    with Session(for_writing(engine)) as session, session.begin():
        drawn = session.exec(select(FigureDrawing)).all()
        assert drawn
        for snapshot, _, language in list_undrawn(session):
            for one in drawn:
                data = one.model_dump(exclude={"id", "snapshot_id", "language"})
                session.add(FigureDrawing(snapshot_id=snapshot.id, language=language, **data))
        session.flush()
        assert list_undrawn(session) == []
    engine.dispose()


def _ballot(session: Session, actor: Actor, plan: Plan, number: int) -> PlanBallot:
    revision = get_scenario(session, plan.id, number).revision
    return open_ballot(session, actor, plan, number, revision, form_key=f"browser {number}")


def _link_for_another(site: Site, role: str) -> str:
    """A sign-in link for somebody the demonstration does not have, such as "reviewer" or "another manager"."""
    email, plain = f"{role.replace(' ', '-')}@innaxe.example", role.rpartition(" ")[2]
    for words in (("create", "--email", email, "--role", plain), ("link", "--email", email)):
        done = subprocess.run(
            [INNAXE, "user", *words], env=site.surroundings, check=True, capture_output=True, text=True
        )
    return done.stdout.strip()


def _links(printed: str) -> dict[str, str]:
    """The links of the demonstration by what stands before them."""
    found: dict[str, str] = {}
    for line in printed.splitlines():
        before, separator, after = line.partition("http")
        if separator:
            found[before.strip()] = f"http{after.split()[0]}"
    return found


def wait_until_ready(url: str) -> None:
    """Until a server answers at this address."""
    for _ in range(300):
        try:
            with urlopen(url) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "no Chromium on this machine: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What went wrong inside pages; a test ends with none."""
    found: list[str] = []
    yield found
    assert found == []


def begin(page: Page, site: Site, *, helix: str = "industry", region: str = "IDF") -> None:
    """Come by the open link, say who one speaks for, and agree."""
    page.goto(f"/s/{site.survey}")
    page.check(f"#helix-{helix}", force=True)
    page.check(f"#region-{region}", force=True)
    page.click("button[name=consent]")
    page.wait_for_url(re.compile(r"/q/1$"))


def answers_of(page: Page) -> Any:
    """What is kept of the response that a page belongs to, by code."""
    address = page.locator("#page").get_attribute("data-answers") or ""
    return page.request.get(address.removesuffix("/answers")).json()["answers"]


Opener = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site, faults: list[str]) -> Iterator[Opener]:
    """Open a window of one's own: foreign requests, policy violations and script errors are faults."""
    contexts: list[BrowserContext] = []

    def open_window(*, width: int = 390, height: int = 844, **options: Any) -> Page:
        settings: dict[str, Any] = {"locale": "en-GB", "base_url": site.address} | options
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()

        def note_request(request: Request) -> None:
            if not request.url.startswith((site.address, "data:")):
                faults.append(f"foreign request {request.url}")

        def note_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                faults.append(f"{page.url}: {message.text}")

        page.on("request", note_request)
        page.on("console", note_console)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.set_default_timeout(8_000)
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, site: Site) -> Callable[[str], Any]:
    """The browser state of somebody who has signed in: the links work only once."""
    states: dict[str, Any] = {}

    def state_of(role: str) -> Any:
        if role not in states:
            context = browser.new_context(base_url=site.address)
            page = context.new_page()
            page.goto(site.links.get(f"Sign in as {role}") or _link_for_another(site, role))
            page.click("main button")
            page.wait_for_url(f"{site.address}/")
            states[role] = context.storage_state()
            context.close()
        return states[role]

    return state_of


@pytest.fixture(scope="session")
def looked_at() -> set[str]:
    """The contents of the pages that somebody's browser has shown, and that the test of it saw no fault of."""
    return set()
