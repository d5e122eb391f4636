"""What an answer is: how it arrives, how it is kept, and what every type of question can do. Pure.

An answer arrives as plain data, from the API or read from a form; `keep` checks it and says how it is kept: a point of
a scale, one option, or a text (the canonical JSON of anything with parts). `show` turns that into plain data again.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

Plain = Any
"""An answer as plain data: a number, a text, a list of codes, or a mapping from codes."""

UNANSWERED: Plain = object()
"""What a form holds where nothing was given; None is an answer: "can't judge"."""


class Kept(NamedTuple):
    """An answer as a row holds it; exactly one is not None, but for "can't judge", where all are."""

    point: int | None = None
    choice: str | None = None
    text: str | None = None


class Unfit(Exception):
    """An answer that this question does not take; `sentence` says why, with its `values`."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence, self.values = sentence, values


@dataclass(frozen=True)
class Spec:
    """What a type needs to know of a question: the codes of its options and its settings."""

    options: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def number(self, name: str, otherwise: int) -> int:
        """A whole number among the settings."""
        found = self.settings.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else otherwise


class QuestionType(ABC):
    """One type of question, over one question's options and settings."""

    name: ClassVar[str]
    has_options: ClassVar[bool] = False
    is_answered: ClassVar[bool] = True
    """False for what is only read."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    @abstractmethod
    def keep(self, value: Plain) -> Kept:
        """The answer as it is kept. Raises Unfit."""

    @abstractmethod
    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The answer in a form's fields, UNANSWERED where nothing was given. Raises Unfit for what is no answer."""

    def show(self, kept: Kept) -> Plain:
        """The answer as plain data."""
        return kept.text

    def fields(self, value: Plain, code: str) -> dict[str, str]:
        """The fields of a form that hold this answer: what `read_form` reads."""
        return {code: "none" if value is None else str(value)}

    def categories(self) -> list[str]:
        """The categories that answers are counted in, empty for free ones."""
        return [*self.spec.options] if self.has_options else []

    def fault(self) -> str | None:
        """What is wrong with the question itself, as a sentence about its `code`."""
        if self.has_options and len(self.spec.options) < 2:
            return "Question %(code)s needs at least two options."
        return None


def mapping(value: Plain, codes: Sequence[str]) -> dict[str, Any]:
    """The value as a mapping from some of the codes. Raises Unfit for anything else."""
    if not isinstance(value, dict) or not set(value) <= set(codes):  # pyright: ignore[reportUnknownArgumentType] -- judged here
        raise Unfit("Choose one of the options.")
    return value  # pyright: ignore[reportUnknownVariableType] -- judged above


def canonical(value: Plain) -> str:
    """The same text for the same answer."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
