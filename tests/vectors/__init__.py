"""Reading the vectors."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def load(name: str) -> Any:
    """The content of a vector file."""
    return json.loads((FOLDER / name).read_text())


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a vector file."""
    found: list[dict[str, Any]] = load(name)["cases"]
    assert found, "the file has no case"
    return found
