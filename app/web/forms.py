"""Forms as people filled them in."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app.core.tokens import make_token
from app.web.serving import MOST_FIELDS

Typed = dict[str, str]


async def read_form(request: Request) -> Typed:
    """The text fields of a form; of a name given twice the last counts. Files are left out."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return _texts_in(form)


@dataclass(frozen=True)
class Upload:
    """A file somebody chose, with the name it has on their machine, and the text fields of the form around it."""

    name: str
    data: bytes
    typed: Typed


async def read_upload(request: Request) -> Upload:
    """The form's file, empty and without a name when none was chosen; of several the last counts."""
    form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    typed = _texts_in(form)
    if not files:
        return Upload("", b"", typed)
    data = await files[-1].read()
    await form.close()
    return Upload(files[-1].filename or "", data, typed)


def _texts_in(form: FormData) -> Typed:
    return {name: value for name, value in form.multi_items() if not isinstance(value, UploadFile)}


FormDep = Annotated[Typed, Depends(read_form)]
UploadDep = Annotated[Upload, Depends(read_upload)]

LONGEST_NUMBER = 9
LONGEST_KEY = 100


def key_in(typed: Typed) -> str:
    """The key under which a form sent twice is one; a new one for a form without. PostgreSQL keeps no NUL in it."""
    return typed.get("key", "").replace("\0", "")[:LONGEST_KEY] or make_token()


def revision_in(typed: Typed) -> int:
    """The revision of the thing that the form was made from; -1, which no thing has, for anything else.

    >>> revision_in({"revision": "3"}), revision_in({"revision": "x"}), revision_in({})
    (3, -1, -1)
    """
    return whole_number(typed.get("revision", ""), -1)


def whole_number(text: str, otherwise: int) -> int:
    """The whole number somebody typed, or `otherwise`.

    >>> whole_number(" 12 ", 0), whole_number("1.5", 0), whole_number("9" * 20, 0)
    (12, 0, 0)
    """
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else otherwise
