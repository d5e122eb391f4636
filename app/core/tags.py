"""Language tags (BCP 47), also of languages the interface does not speak: names, direction, nearest catalogue."""

import re
from functools import cache

from babel import Locale, UnknownLocaleError

from app.core.words import LANGUAGES

TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
LONGEST_TAG = 35
NAME_WITH_TAG = re.compile(r".*\(\s*([A-Za-z0-9_-]+)\s*\)\s*")
RTL_SCRIPTS = ("arab", "hebr", "syrc", "thaa", "nkoo", "adlm", "rohg")


def normal_tag(text: str) -> str:
    """A tag as it is usually written, empty for what is none.

    >>> normal_tag(" PT_br"), normal_tag("zh-hans-cn"), normal_tag("de-informal"), normal_tag("Klingon!")
    ('pt-BR', 'zh-Hans-CN', 'de-informal', '')
    """
    text = text.strip().replace("_", "-")
    if len(text) > LONGEST_TAG or not TAG.fullmatch(text):
        return ""
    language, *parts = text.lower().split("-")
    shown = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part for part in parts]
    return "-".join([language, *shown])


def language_name(tag: str) -> str:
    """The language's own name; of one that nobody here knows, its tag.

    >>> language_name("da"), language_name("ar"), language_name("de-informal")
    ('Dansk', 'العربية', 'de-informal')
    """
    known = _locale(tag)
    # of a tag it does not wholly know, babel names the language it is a form of
    is_whole = known is not None and str(known).count("_") == tag.count("-")
    return LANGUAGES.get(tag) or (known.get_display_name() if known and is_whole else None) or tag


def direction_of(tag: str) -> str:
    """In which direction the language is written.

    >>> direction_of("ar"), direction_of("de"), direction_of("az-Arab"), direction_of("xx")
    ('rtl', 'ltr', 'rtl', 'ltr')
    """
    language, *parts = tag.lower().split("-")
    scripts = [part for part in parts if len(part) == 4]
    if scripts:
        return "rtl" if scripts[0] in RTL_SCRIPTS else "ltr"
    known = _locale(tag) or _locale(language)
    return known.text_direction if known else "ltr"


def catalogue_language(tag: str) -> str:
    """The language of the interface nearest to a tag: itself, the language it is a form of, else English.

    >>> catalogue_language("de-informal"), catalogue_language("ar")
    ('de', 'en')
    """
    base = tag.partition("-")[0]
    return tag if tag in LANGUAGES else base if base in LANGUAGES else "en"


def tag_of_name(name: str) -> str:
    """The tag of a language as people name it in a sheet, empty when nobody knows it.

    >>> tag_of_name("Deutsch (de)"), tag_of_name("chinese"), tag_of_name("Français"), tag_of_name("?")
    ('de', 'zh', 'fr', '')
    """
    written = NAME_WITH_TAG.fullmatch(name)
    return (normal_tag(written[1]) if written else "") or _names().get(name.strip().lower(), "") or normal_tag(name)


@cache
def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _names() -> dict[str, str]:
    known: dict[str, str] = dict(Locale("en").languages)
    english = {name.lower(): tag for tag, name in known.items() if len(tag) < 4}
    return english | {name.lower(): tag for tag, name in LANGUAGES.items()}
