"""Forms as people filled them in."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

Typed = dict[str, str]


async def read_form(request: Request) -> Typed:
    """The text fields of a form; of a name given twice the last counts. Files are left out."""
    form = await request.form(max_files=0, max_fields=500)
    return {name: value for name, value in form.multi_items() if not isinstance(value, UploadFile)}


FormDep = Annotated[Typed, Depends(read_form)]
