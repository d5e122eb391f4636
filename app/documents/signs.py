"""Which signs the fonts of our PDF files have, and what stands for the others.

The fonts are Source Sans Pro from its package and those in Typst; no font of the machine is used, so that a document
has the same bytes everywhere. They cover Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and the letters of Arabic.
"""

import unicodedata
from collections.abc import Iterator

COVERED = (
    *((0x0020, 0x04FF), (0x0510, 0x0513), (0x051A, 0x051D), (0x0531, 0x05F4), (0x060C, 0x060C), (0x061B, 0x061C)),
    *((0x061F, 0x061F), (0x0621, 0x063A), (0x0640, 0x0655), (0x0660, 0x066D), (0x0679, 0x067B), (0x067E, 0x0680)),
    *((0x0683, 0x0684), (0x0686, 0x0687), (0x0691, 0x0691), (0x0698, 0x0698), (0x06A4, 0x06A4), (0x06A9, 0x06A9)),
    *((0x06AF, 0x06AF), (0x06BE, 0x06BE), (0x06CC, 0x06CC), (0x06F0, 0x06F9), (0x10D0, 0x10FF), (0x1D00, 0x2040)),
    *((0x2042, 0x2042), (0x2044, 0x2052), (0x2054, 0x211E), (0x2120, 0x2120), (0x2122, 0x2122), (0x2124, 0x2124)),
    *((0x2126, 0x2184), (0x2190, 0x23CE), (0x2460, 0x2613), (0x2713, 0x2718), (0x2776, 0x2794), (0x27C0, 0x27FF)),
    *((0x2C60, 0x2C7F), (0xFB00, 0xFB06), (0xFB1D, 0xFB4F), (0xFE70, 0xFEFE), (0xFFFD, 0xFFFD)),
)
LETTERS_OF_EUROPE = ((0x0020, 0x02FF), (0x0370, 0x0482), (0x048A, 0x04FF), (0x1E00, 0x1FFF), (0x2010, 0x2027))
STANDING_IN = "□"
JOINING = "\u200d\ufe0e\ufe0f\u20e3\ufeff"
SKINS = range(0x1F3FB, 0x1F400)


def showable(text: str, *, only_europe: bool = False) -> str:
    """A text in which one □ stands for each sign that no font has, parts and joiners of such signs left out.

    >>> showable("Да 👍🏽, 漢字"), showable("👩\u200d🔬!"), showable("שלום", only_europe=True)
    ('Да □, □□', '□!', '□□□□')
    """
    covered = LETTERS_OF_EUROPE if only_europe else COVERED
    if text.isascii() or all(_is_in(sign, covered) for sign in text):
        return text
    return "".join(_shown(unicodedata.normalize("NFC", text), covered))


def _shown(text: str, covered: tuple[tuple[int, int], ...]) -> Iterator[str]:
    is_replaced = is_joined = False
    for sign in text:
        if _is_in(sign, covered) and sign not in JOINING:
            is_replaced = False
            yield sign
        elif sign in JOINING or ord(sign) in SKINS or unicodedata.category(sign) == "Mn":
            is_joined = is_replaced and sign == "\u200d"
            continue
        elif not (is_replaced and is_joined):
            is_replaced = True
            yield STANDING_IN
        is_joined = False


def _is_in(sign: str, covered: tuple[tuple[int, int], ...]) -> bool:
    return sign in f"\n\t{STANDING_IN}" or any(first <= ord(sign) <= last for first, last in covered)
