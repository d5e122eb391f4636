"""The states of an initiative, from draft to done, and which may follow which. Pure."""

from enum import StrEnum


class State(StrEnum):
    """Where an initiative stands. People without an account may only amend it while it is open."""

    DRAFT = "draft"
    OPEN = "open"
    FROZEN = "frozen"
    IN_PLAN = "in_plan"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


FOLLOWERS: dict[State, tuple[State, ...]] = {
    State.DRAFT: (State.OPEN, State.FROZEN, State.DROPPED),
    State.OPEN: (State.FROZEN, State.DRAFT, State.DROPPED),
    State.FROZEN: (State.IN_PLAN, State.OPEN, State.DROPPED),
    State.IN_PLAN: (State.IN_PROGRESS, State.FROZEN, State.DROPPED),
    State.IN_PROGRESS: (State.DONE, State.IN_PLAN, State.DROPPED),
    State.DONE: (State.IN_PROGRESS,),
    State.DROPPED: (State.DRAFT,),
}
FIXED = (State.FROZEN, State.DONE, State.DROPPED)
"""Nothing is changed in these: people are rating what it says, or it is over."""

STATE_WORDS = {
    "draft": "Draft",
    "open": "Open for co-creation",
    "frozen": "Frozen for a survey",
    "in_plan": "In the plan",
    "in_progress": "In progress",
    "done": "Done",
    "dropped": "Dropped",
}

SHORTEST_REASON, LONGEST_REASON = 10, 500


def state_of(text: str) -> State:
    """The state a file names; what another program calls it begins as a draft.

    >>> state_of("open"), state_of("proposed")
    (<State.OPEN: 'open'>, <State.DRAFT: 'draft'>)
    """
    return State(text) if text in set(State) else State.DRAFT


def may_follow(before: str, after: str) -> bool:
    """Whether an initiative in one state can be put into another.

    >>> may_follow("draft", "open"), may_follow("done", "draft"), may_follow("open", "adopted")
    (True, False, False)
    """
    return before in FOLLOWERS and after in FOLLOWERS[State(before)]


def is_fixed(state: str) -> bool:
    """Whether nothing may be changed in this state.

    >>> is_fixed("frozen"), is_fixed("open")
    (True, False)
    """
    return state in FIXED
