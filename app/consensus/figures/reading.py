"""What figures are made from: the findings of a round and the words of its survey, in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.consensus.figures.model import Column, Figure, Unit, shown
from app.core.catalogues import translate, translations_for
from app.core.days import spelt
from app.core.tags import catalogue_language, direction_of
from app.documents.document import Cell
from app.web.helices import Mark

EVERY_CRITERION = ""


@dataclass(frozen=True)
class Reading:
    """A round's findings and those of the round before, with the words for what they name.

    `chances` are the shares of re-samples in which each initiative holds each rank, the first rank first.
    """

    survey: str
    findings: Mapping[str, Any]
    before: Mapping[str, Any] | None
    sha256: str
    titles: Mapping[str, str]
    criteria: Mapping[str, str]
    marks: Sequence[Mark]
    regions: Mapping[str, str]
    chances: Mapping[str, Sequence[float]]
    language: str

    def say(self, message: str, **values: object) -> str:
        """A message in the figures' language."""
        return translate(self.language, message, **values)

    def say_count(self, one: str, many: str, num: int, **values: object) -> str:
        """A message about a number of things."""
        return translations_for(self.language).ngettext(one, many, num) % {"num": num, **values}

    def show(self, cell: Cell, unit: Unit) -> str:
        """A number as the figures write it."""
        return shown(cell, unit, self.language)

    def lines(self, criterion: str) -> list[Mapping[str, Any]]:
        """What may be said of each initiative on a criterion, best first; what is suppressed comes last."""
        found: list[Mapping[str, Any]] = self.findings["items"][criterion]
        return sorted(found, key=lambda line: (line["rank"] is None, line["rank"] or 0))

    def named(self, code: str) -> str:
        """What a criterion is called; all of them when it is empty."""
        return self.criteria[code] if code else self.say("all criteria together")

    def draw(
        self,
        name: str,
        criterion: str,
        *,
        title: str,
        definition: str,
        columns: Sequence[Column] = (),
        rows: Sequence[Sequence[Cell]] = (),
        words: Mapping[str, str] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Figure:
        """A figure of these findings."""
        return Figure(
            name=name,
            criterion=criterion,
            language=self.language,
            direction=direction_of(self.language),
            title=title,
            definition=definition,
            source=self._source(),
            columns=columns,
            rows=rows,
            words=words or {},
            facts=facts or {},
        )

    def _source(self) -> str:
        findings = self.findings
        closed = datetime.fromisoformat(findings["closed_at"]).date()
        return self.say(
            "%(survey)s, round %(round)s, closed %(day)s, %(answered)s answered. Each group counts equally. "
            "%(draws)s re-samples, seed %(seed)s, program %(engine)s, results %(hash)s.",
            survey=self.survey,
            round=findings["round"],
            day=spelt(closed, catalogue_language(self.language)),
            answered=self.show(findings["answered"]["all"], "count"),
            draws=self.show(findings["draws"], "count"),
            seed=findings["seed"],
            engine=findings["engine"],
            hash=self.sha256[:12],
        )


def head(reading: Reading, *columns: Column) -> list[Column]:
    """The columns of a table of initiatives."""
    return [
        Column("initiative", reading.say("Code")),
        Column("title", reading.say("Initiative")),
        *columns,
    ]


def mark_facts(reading: Reading) -> dict[str, Any]:
    """The shape and tone of each group, for the picture."""
    return {"groups": [{"code": m.code, "kind": m.kind, "tone": m.tone, "label": m.label} for m in reading.marks]}
