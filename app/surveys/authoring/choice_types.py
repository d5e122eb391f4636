"""The types of question that are answered by choosing: points of a scale, options, orders and shares. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from app.surveys.authoring.answers import UNANSWERED, Kept, Plain, QuestionType, Unfit, canonical, mapping


class Rating(QuestionType):
    """A point on a scale, or "can't judge"."""

    name = "rating"

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest point."""
        return self.spec.number("min", 1), self.spec.number("max", 5)

    def keep(self, value: Plain) -> Kept:
        """A whole number on the scale, or None where the question allows it."""
        return Kept(point=self._point(value))

    def _point(self, value: Plain) -> int | None:
        low, high = self.ends
        if value is None and self.spec.settings.get("no_opinion", True):
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Unfit("Choose a number on the scale.")
        return value

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The point chosen; "none" is can't judge."""
        return read_point(typed.get(code, ""))

    def show(self, kept: Kept) -> Plain:
        """The point."""
        return kept.point

    def categories(self) -> list[str]:
        """Every point."""
        low, high = self.ends
        return [str(point) for point in range(low, high + 1)]

    def fault(self) -> str | None:
        """Whether the scale is one."""
        low, high = self.ends
        return None if 2 <= high - low + 1 <= 11 else "Question %(code)s needs a scale of 2 to 11 points."


class RatingSet(Rating):
    """Several things rated on one scale; its options are the things."""

    name = "rating_set"
    has_options = True

    def keep(self, value: Plain) -> Kept:
        """A mapping from options to points; what is left out is open."""
        found = mapping(value, self.spec.options)
        return Kept(text=canonical({code: self._point(found[code]) for code in self.spec.options if code in found}))

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """One point for each thing rated."""
        found = {option: typed.get(f"{code}.{option}", "") for option in self.spec.options}
        return {option: read_point(text) for option, text in found.items() if text} or UNANSWERED

    def show(self, kept: Kept) -> Plain:
        """The points by option."""
        return json.loads(kept.text or "{}")

    def fault(self) -> str | None:
        """Whether there is something to rate, and a scale."""
        return (
            None
            if self.spec.options and super().fault() is None
            else "Question %(code)s needs a scale and something to rate."
        )

    def fields(self, value: Plain, code: str) -> dict[str, str]:
        """One field for each thing rated."""
        return {f"{code}.{option}": "none" if point is None else str(point) for option, point in value.items()}


class SingleChoice(QuestionType):
    """One option."""

    name = "single_choice"
    has_options = True

    def keep(self, value: Plain) -> Kept:
        """The code of an option."""
        if not isinstance(value, str) or value not in self.spec.options:
            raise Unfit("Choose one of the options.")
        return Kept(choice=value)

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The option chosen."""
        return typed.get(code) or UNANSWERED

    def show(self, kept: Kept) -> Plain:
        """The option."""
        return kept.choice


class Several(QuestionType):
    """Several options: what multiple choices and rankings share."""

    has_options = True

    @property
    def limits(self) -> tuple[int, int]:
        """How many options at least and at most."""
        offered = len(self.spec.options)
        return self.spec.number("least", 0), min(self.spec.number("most", offered), offered)

    def keep(self, value: Plain) -> Kept:
        """A list of different options, as many as the question wants."""
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):  # pyright: ignore[reportUnknownVariableType] -- judged here
            raise Unfit("Choose one of the options.")
        chosen = cast("list[str]", value)
        if len(set(chosen)) < len(chosen) or not set(chosen) <= set(self.spec.options):
            raise Unfit("Choose one of the options.")
        least, most = self.limits
        if not least <= len(chosen) <= most:
            raise Unfit("Choose %(least)s to %(most)s.", least=least, most=most)
        return Kept(text=canonical(self.in_order(chosen)))

    def in_order(self, chosen: Sequence[str]) -> list[str]:
        """The order in which they are kept."""
        return [option for option in self.spec.options if option in chosen]

    def show(self, kept: Kept) -> Plain:
        """The options."""
        return json.loads(kept.text or "[]")

    def fault(self) -> str | None:
        """Whether the limits can be kept."""
        least, most = self.limits
        if not 0 <= least <= most or most < 1:
            return "Question %(code)s asks for more than it offers."
        return super().fault()


class MultipleChoice(Several):
    """Any options, in no order."""

    name = "multiple_choice"

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The options ticked."""
        return [option for option in self.spec.options if typed.get(f"{code}.{option}")] or UNANSWERED

    def fields(self, value: Plain, code: str) -> dict[str, str]:
        """One field for each option ticked."""
        return {f"{code}.{option}": "yes" for option in value}


class Ranking(Several):
    """The first few options in order; a form gives each a number."""

    name = "ranking"

    def in_order(self, chosen: Sequence[str]) -> list[str]:
        """As they were ranked."""
        return [*chosen]

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The options by the number typed beside each. Raises Unfit for a number given twice or left out."""
        places: dict[int, str] = {}
        for option in self.spec.options:
            text = typed.get(f"{code}.{option}", "").strip()
            if not text:
                continue
            place = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
            if not 1 <= place <= len(self.spec.options):
                raise Unfit("Number your choices 1, 2, 3 and so on.")
            if place in places:
                raise Unfit("You gave the number %(number)s twice.", number=place)
            places[place] = option
        if sorted(places) != [*range(1, len(places) + 1)]:
            raise Unfit("Number your choices 1, 2, 3 and so on.")
        return [places[place] for place in sorted(places)] or UNANSWERED

    def fields(self, value: Plain, code: str) -> dict[str, str]:
        """The number beside each option ranked."""
        return {f"{code}.{option}": str(place) for place, option in enumerate(value, start=1)}


class Allocation(QuestionType):
    """A number of points shared out among the options."""

    name = "allocation"
    has_options = True

    @property
    def total(self) -> int:
        """How many points there are."""
        return self.spec.number("total", 100)

    def keep(self, value: Plain) -> Kept:
        """A mapping from options to points that add up to the total."""
        found = mapping(value, self.spec.options)
        points = {code: found.get(code, 0) for code in self.spec.options}
        if any(isinstance(one, bool) or not isinstance(one, int) or one < 0 for one in points.values()):
            raise Unfit("Give whole points, none below 0.")
        given = sum(points.values())
        if given < self.total:
            raise Unfit(
                "Give %(left)s more: the points must add up to %(total)s.", left=self.total - given, total=self.total
            )
        if given > self.total:
            raise Unfit(
                "Take %(over)s away: the points must add up to %(total)s.", over=given - self.total, total=self.total
            )
        return Kept(text=canonical(points))

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The points typed beside each option."""
        found = {option: typed.get(f"{code}.{option}", "").strip() for option in self.spec.options}
        if not any(found.values()):
            return UNANSWERED
        return {
            option: int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else text if text else 0
            for option, text in found.items()
        }

    def show(self, kept: Kept) -> Plain:
        """The points by option."""
        return json.loads(kept.text or "{}")

    def fields(self, value: Plain, code: str) -> dict[str, str]:
        """The points beside each option."""
        return {f"{code}.{option}": str(points) for option, points in value.items()}


class BestWorst(QuestionType):
    """The best and the worst of a set."""

    name = "best_worst"
    has_options = True

    def keep(self, value: Plain) -> Kept:
        """A mapping with two different options, `best` and `worst`."""
        found = mapping(value, ("best", "worst"))
        best, worst = found.get("best"), found.get("worst")
        if best not in self.spec.options or worst not in self.spec.options:
            raise Unfit("Choose one as the most and one as the least important.")
        if best == worst:
            raise Unfit("The most and the least important must be two different ones.")
        return Kept(text=canonical({"best": best, "worst": worst}))

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The two chosen."""
        found = {end: typed[f"{code}.{end}"] for end in ("best", "worst") if typed.get(f"{code}.{end}")}
        return found or UNANSWERED

    def show(self, kept: Kept) -> Plain:
        """The two by their end."""
        return json.loads(kept.text or "{}")

    def fields(self, value: Plain, code: str) -> dict[str, str]:
        """The two ends."""
        return {f"{code}.{end}": option for end, option in value.items()}


def read_point(text: str) -> Plain:
    """A point as a form sends it: a number, None for "can't judge", UNANSWERED where nothing was chosen.

    >>> read_point("4"), read_point("none"), read_point("") is UNANSWERED, read_point("many")
    (4, None, True, 'many')
    """
    if not text or text == "none":
        return None if text else UNANSWERED
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else text
