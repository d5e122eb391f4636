"""The process that writes: the same bytes as here, stopped when nobody wants them, and never half a file."""

import time
from dataclasses import replace

import pytest

from app.core.errors import Invalid
from app.documents import writing
from app.documents.document import Document, Figure, Paragraph
from app.documents.writing import Kind, WritingFailed, WritingStopped, write_apart, written
from tests.documents.samples import make_empty, make_report


@pytest.mark.parametrize("kind", ["html", "docx", "pdf", "xlsx", "csv", "json"])
def test_a_process_of_its_own_writes_the_same_bytes(kind: Kind) -> None:
    document = make_report()
    assert write_apart(document, kind) == written(document, kind)


def test_a_template_that_cannot_be_used_is_refused_in_one_sentence() -> None:
    with pytest.raises(Invalid) as refused:
        write_apart(make_empty(), "docx", b"no docx")
    assert refused.value.message == "This template cannot be read as a DOCX file."


def test_writing_ends_where_the_program_stops() -> None:
    start = time.monotonic()
    with pytest.raises(WritingStopped):
        write_apart(make_report(sheets=200, figures=20), "pdf", is_stopping=lambda: time.monotonic() > start + 0.3)
    assert time.monotonic() - start < 5


def test_writing_ends_where_it_takes_too_long() -> None:
    with pytest.raises(WritingFailed, match="too long"):
        write_apart(make_report(sheets=200, figures=20), "pdf", longest=0.1)


def test_a_picture_that_cannot_be_drawn_is_no_half_file() -> None:
    broken = replace(make_empty(), blocks=[Figure("t", "alt", "<svg")])
    with pytest.raises(WritingFailed):
        write_apart(broken, "docx")


def test_a_large_document_arrives_whole_where_the_writer_begins_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LOOKS_EVERY", 0.001)
    words = "A long text. " * 100_000
    data = write_apart(Document("Long", "en", [Paragraph(words)]), "html", longest=20)
    assert words.strip() in data.decode()
