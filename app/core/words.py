"""One text in several languages, kept together as a mapping from language tag to text."""

from collections.abc import Mapping, Sequence

Words = dict[str, str]

LANGUAGES: dict[str, str] = {
    "en": "English",
    "ca": "Català",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "bg": "Български",
    "da": "Dansk",
}
"""The languages of the interface, each by its own name."""


def pick(words: Mapping[str, str], language: str, fallback: str = "en") -> str:
    """The text in `language`, else in the fallback, else in whatever language there is.

    >>> pick({"en": "Round", "da": "Runde"}, "da")
    'Runde'
    >>> pick({"ca": "Ronda"}, "de")
    'Ronda'
    >>> pick({}, "de")
    ''
    """
    for tag in (language, fallback, *words):
        if words.get(tag):
            return words[tag]
    return ""


def picked_language(words: Mapping[str, str], language: str, fallback: str = "en") -> str:
    """The language that `pick` chooses; `language` itself when there is no text at all.

    >>> picked_language({"en": "Round"}, "da"), picked_language({}, "da")
    ('en', 'da')
    """
    return next((tag for tag in (language, fallback, *words) if words.get(tag)), language)


def missing_languages(words: Mapping[str, str], languages: Sequence[str]) -> list[str]:
    """The languages that have no text, in the order asked.

    >>> missing_languages({"en": "Round", "da": " "}, ["en", "da", "de"])
    ['da', 'de']
    """
    return [tag for tag in languages if not words.get(tag, "").strip()]
