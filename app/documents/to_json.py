"""A document as JSON, its rows as records by column key."""

import json

from app.documents.document import Document


def to_json(document: Document) -> bytes:
    """The bytes of the file; undefined is null."""
    content = {
        "title": document.title,
        "language": document.language,
        "notes": {note.label: note.text for note in document.notes},
        "tables": [
            {
                "title": table.title,
                "columns": {column.key: column.heading for column in table.columns},
                "rows": [dict(zip((column.key for column in table.columns), row, strict=True)) for row in table.rows],
            }
            for table in document.tables
        ],
    }
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
