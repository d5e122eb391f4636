"""Codes that stand in addresses: which would hide a page of the program. Pure."""

PAGES = frozenset(
    [
        *("ask", "comparison", "coverage", "export", "import", "initiatives", "learning", "lessons", "new"),
        *("profiles", "readings", "set", "surveys"),
    ]
)
"""What stands in addresses where the code of an indicator or programme does; a test holds this to all routes."""
IS_A_PAGE = "This code is the address of a page here. Choose another."
CELL_IS_A_PAGE = "is the address of a page here: choose another"
"""The same, as what is wrong with a cell of a file."""


def hides_page(code: str) -> bool:
    """Whether nobody would find what goes by this code, as its address leads elsewhere.

    >>> [hides_page(code) for code in ("set", "export.csv", "..", "SET", "sets", "R.1")]
    [True, True, True, False, False, False]
    """
    return code in PAGES or code.startswith("export.") or not code.strip(".")
