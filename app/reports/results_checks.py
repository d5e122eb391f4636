"""Whether agreement can be trusted: each check of a round with its question, its finding, and whether to take care."""

from app.consensus.change import CheckLine, check_lines
from app.consensus.told import Told
from app.documents.document import Block, Paragraph, Section, Table
from app.documents.document import Column as Heading
from app.reports.building import Pen


def checks_section(pen: Pen, told: Told) -> Section:
    """The checks of a round, one a line."""
    say, lines = pen.say, check_lines(told)
    blocks: list[Block] = [
        Paragraph(
            say(
                "Agreement can be false: when those who disagree leave, or when the order, the language or the answers "
                "shown move people. Each check speaks of all together."
            )
        )
    ]
    columns = [Heading("check", say("Check")), Heading("care", say("Care")), Heading("finding", say("Finding"))]
    rows = [[question_of(pen, line), _care(pen, line), finding_of(pen, line)] for line in lines]
    blocks.append(
        Table(say("Can the agreement be trusted?"), columns, rows)
        if rows
        else Paragraph(say("These results were frozen by an earlier version, which did not keep this."))
    )
    return Section(say("Can the agreement be trusted?"), blocks)


def question_of(pen: Pen, line: CheckLine) -> str:
    """What a check looks for."""
    say = pen.say
    match line.code:
        case "retention":
            return say("Did those who disagreed leave?")
        case "order":
            return say("Does the order of the questions move answers?")
        case "language":
            return say("Do people of different languages use the scale differently?")
        case "anchoring":
            return say("Do the answers shown pull people?")
        case _:
            return say("Would another rule say the same?")


def _care(pen: Pen, line: CheckLine) -> str:
    if line.needs_care is None:
        return pen.say("cannot be said")
    return pen.say("take care") if line.needs_care else pen.say("no sign of it")


def _why_not(pen: Pen, reason: str) -> str:
    match reason:
        case "first_round":
            return pen.say("Only one round so far.")
        case "one_order":
            return pen.say("All were asked in the same order.")
        case "one_language":
            return pen.say("All answered in one language.")
        case _:
            return pen.say("Too few answers to say.")


def finding_of(pen: Pen, line: CheckLine) -> str:
    """What a check found, or why it found nothing."""
    found = line.figures
    if found["reason"]:
        return _why_not(pen, found["reason"])
    match line.code:
        case "retention":
            return " ".join(
                [
                    pen.say(
                        "%(left)s of %(total)s left after the round before. Cliff's δ of their dissent against that of "
                        "those who stayed: %(delta)s (95 %% interval %(low)s to %(high)s; above 0, those who left had "
                        "disagreed more).",
                        left=found["left"],
                        total=found["left"] + found["stayed"],
                        delta=pen.signed(found["delta"]),
                        low=pen.signed(found["interval"][0]),
                        high=pen.signed(found["interval"][1]),
                    ),
                    pen.say_count(
                        "With their earlier answers, the majority would be another on %(num)s of %(items)s ratings.",
                        "With their earlier answers, the majority would be another on %(num)s of %(items)s ratings.",
                        found["depends"],
                        items=found["items"],
                    ),
                ]
            )
        case "order":
            return pen.say(
                "From the first to the last place, ratings change by %(points)s points of the scale (95 %% interval "
                "%(low)s to %(high)s; %(people)s people).",
                points=pen.signed(found["points"]),
                low=pen.signed(found["interval"][0]),
                high=pen.signed(found["interval"][1]),
                people=found["people"],
            )
        case "language":
            return pen.say(
                "%(languages)s languages compared: ε² %(epsilon)s, p %(p)s (Kruskal and Wallis). Languages go with "
                "regions and groups, so a difference need not come from the words.",
                languages=found["languages"],
                epsilon=pen.decimal(found["epsilon2"], 2),
                p=pen.decimal(found["p"], 3),
            )
        case "anchoring":
            return pen.say(
                "%(kept)s of the answers were kept. Of %(changed)s that lay outside the middle half and changed, "
                "%(towards)s moved towards the middle answer (95 %% interval %(low)s to %(high)s; a half would be "
                "chance). Learning from reasons looks the same.",
                kept=pen.share(found["kept"]),
                changed=found["changed"],
                towards=pen.share(found["towards"]),
                low=pen.share(found["interval"][0]),
                high=pen.share(found["interval"][1]),
            )
        case _:
            return pen.say_count(
                "On %(num)s of %(items)s ratings it depends on which of %(rules)s published rules is taken whether "
                "there is agreement.",
                "On %(num)s of %(items)s ratings it depends on which of %(rules)s published rules is taken whether "
                "there is agreement.",
                found["fragile"],
                items=found["items"],
                rules=found["rules"],
            )
