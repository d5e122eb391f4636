"""A plan's selection in the form of pabulib.org, to try other rules of participatory budgeting on it. Pure.

Each voter is a group that may be shown and approves what at least half of it rates high: ballots of people would link
their answers.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.core.words import pick

UNREADABLE = str.maketrans({";": ",", "\n": " ", "\r": " ", '"': "'"})


def to_pabulib(content: Mapping[str, Any], approvals: Mapping[str, Sequence[str]], *, title: str, day: str) -> bytes:
    """A plan as data, and what each group approves, as a `.pb` file; `day` is that of the results, as in 2027-05-31.

    What has no known cost is left out: no rule could choose it.
    """
    projects = [item for item in content["items"] if item["cost"] > 0]
    codes = {item["code"] for item in projects}
    votes = {group: [code for code in own if code in codes] for group, own in sorted(approvals.items())}
    votes = {group: own for group, own in votes.items() if own}
    date = ".".join(reversed(day.split("-")))
    meta: list[tuple[str, object]] = [
        ("description", f"{title}: {content['title']}, {content['scenario']['name']}"),
        ("country", "Europe"),
        ("unit", title),
        ("instance", f"{content['first_year']}-{content['first_year'] + content['years'] - 1}"),
        ("num_projects", len(projects)),
        ("num_votes", len(votes)),
        ("budget", content["budget"]),
        ("vote_type", "approval"),
        ("rule", "unknown"),
        ("date_begin", date),
        ("date_end", date),
        ("currency", "EUR"),
        ("min_length", 1),
        ("max_length", max(1, len(projects))),
        (
            "comment",
            "Each vote is that of a group, which approves what at least half of it rates high. "
            "Selected over several years by a mixed integer program.",
        ),
    ]
    received = {code: sum(code in own for own in votes.values()) for code in codes}
    lines = [
        "META",
        "key;value",
        *(f"{key};{_plain(value)}" for key, value in meta),
        "PROJECTS",
        "project_id;cost;votes;name;selected",
        *(
            f"{item['code']};{item['cost']};{received[item['code']]};{_plain(pick(item['title'], 'en'))};"
            f"{int(item['is_in'])}"
            for item in projects
        ),
        "VOTES",
        "voter_id;vote",
        *(f"{group};{','.join(own)}" for group, own in votes.items()),
    ]
    return ("\n".join(lines) + "\n").encode()


def approvals_of(items: Sequence[Mapping[str, Any]], named: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """What each group approves, from the evidence of a plan's items; `named` are items, each with a group released.

    >>> approvals_of([{"code": "I1", "evidence": {"approved_by": ["civil", "industry"]}}], {("I1", "industry")})
    {'industry': ['I1']}
    """
    found: dict[str, list[str]] = {}
    for item in items:
        for group in item["evidence"]["approved_by"]:
            if (item["code"], group) in named:
                found.setdefault(group, []).append(item["code"])
    return found


def _plain(value: object) -> str:
    return " ".join(str(value).translate(UNREADABLE).split())
