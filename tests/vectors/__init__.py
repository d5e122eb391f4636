"""Reading the vectors."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
OF_STATISTICS = FOLDER.parent / "stats" / "vectors"


def load(name: str) -> Any:
    """The content of a vector file."""
    return json.loads((FOLDER / name).read_text())


def cases(name: str, statistic: str | None = None) -> list[dict[str, Any]]:
    """The cases of a file of statistics, by default all of them."""
    every: list[dict[str, Any]] = json.loads((OF_STATISTICS / f"{name}.json").read_text())["cases"]
    found = [case for case in every if statistic in (None, case["statistic"])]
    assert found, "the file has no such case"
    return found
