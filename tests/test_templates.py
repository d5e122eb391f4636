"""Every template compiles, every page has a title, every fragment says what it needs."""

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from app.core.words import LANGUAGES
from app.web.templating import TEMPLATES, environment_for

# the HTML of mails is no page: no policy guards it, and its styles must stand in it (tests/surveys/test_inviting.py)
NAMES = sorted(
    name
    for name in (str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
    if not re.fullmatch(r"mail/(\w+/body|_survey)\.html", name)
)
PAGES = [name for name in NAMES if not Path(name).name.startswith("_") and not name.startswith("macros/")]
FRAGMENTS = [name for name in NAMES if Path(name).name.startswith("_")]


def faults_of(name: str, text: str) -> list[str]:
    """What is wrong with a template, in words."""
    is_fragment = Path(name).name.startswith("_")
    faults: list[str] = []
    if is_fragment and not text.startswith("{# needs: "):
        faults.append("a fragment does not say what it needs")
    if not is_fragment and not re.search(r"<title>|{% block title %}.+{% endblock %}", text):
        faults.append("a page has no title")
    if re.search(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=", text):
        faults.append("an inline style or script, which the content security policy blocks")
    return faults


def test_templates_were_found() -> None:
    assert len(PAGES) > 12
    assert len(FRAGMENTS) > 5


def test_every_template_compiles_and_means_the_same_names_in_every_language() -> None:
    english = environment_for("en")
    for name in NAMES:
        assert english.get_template(name).name == name
    # a template compiles or not by the names it may use, and not by what they say
    for language in LANGUAGES:
        environment = environment_for(language)
        assert environment.filters.keys() == english.filters.keys()
        assert environment.globals.keys() == english.globals.keys()
        assert environment.get_template("base.html").name == "base.html"


def test_every_template_keeps_the_rules() -> None:
    faults = {name: faults_of(name, (TEMPLATES / name).read_text()) for name in (*PAGES, *FRAGMENTS)}
    assert {name: found for name, found in faults.items() if found} == {}


def test_every_fragment_is_included_by_a_page() -> None:
    texts = "\n".join(path.read_text() for path in (*TEMPLATES.rglob("*.html"), *Path("app").rglob("*.py")))
    assert [name for name in FRAGMENTS if f'"{name}"' not in texts] == []


def test_an_undefined_name_raises() -> None:
    with pytest.raises(UndefinedError):
        environment_for("en").from_string("{{ forgotten }}").render()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("page.html", "<h1>No title</h1>", id="a page without title"),
        pytest.param("_part.html", "<p>Needs nothing?</p>", id="a fragment that does not say what it needs"),
        pytest.param("page.html", '<title>T</title><p style="color:red">', id="an inline style"),
        pytest.param("page.html", "<title>T</title><script>alert(1)</script>", id="an inline script"),
    ],
)
def test_a_careless_template_is_found_out(name: str, text: str) -> None:
    assert faults_of(name, text) != []
