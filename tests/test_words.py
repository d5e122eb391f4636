"""No language misses a word of the interface, and no translation loses a placeholder."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.core.catalogues import WORDS, translate
from app.core.words import LANGUAGES
from tests.interface import Message, interface_messages

TRANSLATED = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(scope="module")
def messages() -> set[Message]:
    return interface_messages()


def catalogue(language: str) -> Catalog:
    with (WORDS / language / "LC_MESSAGES" / "innaxe.po").open("rb") as file:
        return read_po(file, locale=language)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def gaps(messages: set[Message], words: Catalog) -> list[str]:
    """What a catalogue lacks or has wrong, in words."""
    found: list[str] = []
    for message in messages:
        entry = words.get(message if isinstance(message, str) else message[0])
        if entry is None or entry.fuzzy or not entry.string or not all(entry.string):
            found.append(f"{message} has no translation")
            continue
        source = message if isinstance(message, str) else message[1]
        texts = [entry.string] if isinstance(entry.string, str) else [*entry.string]
        found += [f"{text} loses a placeholder" for text in texts if placeholders(text) != placeholders(source)]
    return found


def test_the_walk_finds_the_interface(messages: set[Message]) -> None:
    assert len(messages) > 200
    assert "Save and continue" in messages
    assert "Choose the group you speak for." in messages


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_language_misses_a_word(messages: set[Message], language: str) -> None:
    assert gaps(messages, catalogue(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_is_left_over(messages: set[Message], language: str) -> None:
    ids = {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in catalogue(language) if entry.id}
    assert ids - messages == set()


def test_a_missing_word_is_found_out() -> None:
    assert gaps({"A sentence nobody wrote"}, catalogue("da")) == ["A sentence nobody wrote has no translation"]


def test_languages_and_folders_agree() -> None:
    assert {path.name for path in Path(WORDS).iterdir()} == set(TRANSLATED)


def test_values_are_filled_in() -> None:
    assert translate("de", "Close round %(number)s", number=2) == "Runde 2 schließen"
    assert translate("en", "Close round %(number)s", number=2) == "Close round 2"
