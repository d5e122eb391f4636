"""From the templates of a mail to its subject, text and HTML in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.catalogues import translations_for
from app.core.words import LANGUAGES

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"


@dataclass(frozen=True)
class MailTexts:
    """A mail in one language; `html` is empty for kinds that have none."""

    subject: str
    body: str
    html: str


def render_mail(kind: str, language: str, values: Mapping[str, Any]) -> MailTexts:
    """Fill the templates `<kind>/subject.txt`, `body.txt` and, where there is one, `body.html`."""
    has_html = (TEMPLATES / kind / "body.html").is_file()
    return MailTexts(
        subject=" ".join(render_part(f"{kind}/subject.txt", language, values).split()),
        body=render_part(f"{kind}/body.txt", language, values),
        html=render_part(f"{kind}/body.html", language, values) if has_html else "",
    )


def render_part(name: str, language: str, values: Mapping[str, Any]) -> str:
    """Fill one template."""
    language = language if language in LANGUAGES else "en"
    return _environment(language).get_template(name).render({**values, "language": language})


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations_for(language), newstyle=True)  # pyright: ignore[reportAttributeAccessIssue] -- added by the extension
    return environment
