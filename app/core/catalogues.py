"""The words of the interface in each language, read from `words/`; English is what the code says."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core.tags import catalogue_language

WORDS = Path(__file__).resolve().parents[2] / "words"


@cache
def translations_for(language: str) -> NullTranslations:
    """The words of the interface; English is what the code says, also for languages without a catalogue."""
    language = catalogue_language(language)
    catalogue = WORDS / language / "LC_MESSAGES" / "innaxe.po"
    if language == "en":
        return NullTranslations()
    with catalogue.open("rb") as file:
        read = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(language: str, message: str, **values: object) -> str:
    """One message of the code in a language, its placeholders filled."""
    text = translations_for(language).gettext(message)
    return text % values if values else text
