"""A process of its own that writes: a document in, bytes out. It knows no database and no network.

A process, because setting pages and drawing pictures hold up all threads of the one they run in and keep its memory,
and because a process can be ended. What goes in is ours: a pickle between two processes of one program.
"""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Literal

from app.core.errors import Invalid
from app.core.stopping import never
from app.documents.document import Document

Kind = Literal["html", "docx", "pdf", "xlsx", "csv", "json"]
LONGEST_SECONDS = 120
LOOKS_EVERY = 0.2
REFUSED = 3
NICENESS = 10


class WritingFailed(Exception):
    """The process that writes ended without a file."""


class WritingStopped(Exception):
    """The program is stopping, or nobody wants the file any more."""


def write_apart(
    document: Document,
    kind: Kind,
    template: bytes | None = None,
    is_stopping: Callable[[], bool] = never,
    *,
    longest: float = LONGEST_SECONDS,
) -> bytes:
    """The bytes of a document, written by a process of its own, which is killed when stopping or too slow.

    Raises Invalid for a template that cannot be used, WritingStopped, and WritingFailed.
    """
    command = [sys.executable, "-m", "app.documents.writing"]
    # a file without a name, not a pipe: what a pipe does not take at once is lost where talking is taken up again
    with tempfile.TemporaryFile() as asked:
        pickle.dump((document, kind, template), asked)
        asked.seek(0)
        with subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            command, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                done, said = _talk(process, is_stopping, longest)
            except BaseException:
                process.kill()
                raise
    if process.returncode == REFUSED:
        raise Invalid(said.decode())
    if process.returncode:
        raise WritingFailed(said.decode(errors="replace")[-500:] or f"exit code {process.returncode}")
    return done


def _talk(process: "subprocess.Popen[bytes]", is_stopping: Callable[[], bool], longest: float) -> tuple[bytes, bytes]:
    ends = time.monotonic() + longest
    while time.monotonic() < ends:
        if is_stopping():
            raise WritingStopped
        try:
            return process.communicate(timeout=LOOKS_EVERY)
        except subprocess.TimeoutExpired:
            continue
    raise WritingFailed("it took too long")


def written(document: Document, kind: Kind, template: bytes | None = None) -> bytes:
    """The bytes of a document. Only the writers that are needed are loaded."""
    match kind:
        case "docx":
            from app.documents.pictures import with_pictures
            from app.documents.to_docx import to_docx

            return to_docx(with_pictures(document), template)
        case "pdf":
            from app.documents.to_pdf import to_pdf

            return to_pdf(document)
        case "html":
            from app.documents.to_html import to_html

            return to_html(document)
        case "xlsx":
            from app.documents.to_xlsx import to_xlsx

            return to_xlsx(document)
        case "csv":
            from app.documents.to_csv import to_csv

            return to_csv(document)
        case "json":
            from app.documents.to_json import to_json

            return to_json(document)


def main() -> int:
    """Write what standard input asks for to standard output."""
    os.nice(NICENESS)
    asked = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from the process that started this one
    try:
        data = written(*asked)
    except Invalid as refused:
        sys.stderr.write(refused.message)
        return REFUSED
    sys.stdout.buffer.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
