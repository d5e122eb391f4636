"""The milestones of a followed plan as a calendar."""

from app.actionplan.monitoring.queries import Following
from app.actionplan.monitoring.state import Standing, State
from app.actionplan.monitoring.words import title_of
from app.core.words import pick
from app.documents.to_ics import Day, to_ics


def calendar_of(state: State, address: str, language: str) -> bytes:
    """The calendar; its stamp is when the edition was adopted, so that the same milestones are the same bytes."""
    following = state.following
    days = [_day(following, standing, address, language) for standing in state.standings]
    return to_ics(following.plan.title, days, following.edition.adopted_at)


def _day(following: Following, standing: Standing, address: str, language: str) -> Day:
    one = standing.milestone
    initiative = pick(following.items[one.item_code].item["title"], language)
    return Day(
        uid=f"{one.id}@innaxe",
        on=one.due,
        title=f"{one.item_code}: {title_of(one, language)}",
        text=initiative,
        url=f"{address}/plans/{following.plan.number}/milestones/{one.number}",
        sequence=one.revision - 1,
        is_cancelled=not standing.is_counted,
    )
