"""The next round in the browser: what returns and why, what it costs in time, and whether it is needed at all."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.consensus.returning import Proposal, minutes_for, open_next_round, propose
from app.consensus.rules import Advice, Grounds, Reason
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_items
from app.surveys.rounds.inviting import send_invitations
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["rounds"])

OpenerDep = Annotated[Actor, permitted("round.open")]
LONGEST_TYPED = 600

REASON_WORDS: dict[Reason | None, str] = {
    None: "Decided",
    Reason.DIVIDED: "Divided",
    Reason.TOO_FEW: "Too few to say",
    Reason.MOVING: "Not yet stable",
    Reason.UNCERTAIN: "Uncertain",
}
GROUNDS_WORDS = {
    Grounds.NOTHING_RETURNS: "Nothing is divided or uncertain: no further round is needed.",
    Grounds.PLANNED: "The planned rounds are over: %(decided)s of %(items)s initiatives are decided.",
    Grounds.DECIDED: "%(decided)s of %(items)s initiatives are decided, at least 80 %%: another would tell little.",
    Grounds.GO_ON: "%(decided)s of %(items)s initiatives are decided, fewer than 80 %%: another may tell more.",
}


@router.get("/surveys/{slug}/rounds/new")
def next_round_page(request: Request, session: SessionDep, actor: OpenerDep, slug: str) -> Response:
    """Which items return by the rule, each with its reason, and whether another round is recommended."""
    survey = get_changeable_survey(session, actor, slug)
    proposal = propose(session, survey)
    if proposal is None:
        return redirect(request, "survey_page", slug=slug)
    return _page(request, session, survey, proposal, {}, {})


@router.post("/surveys/{slug}/rounds/new", dependencies=[OwnForm])
def open_next_round_page(
    request: Request, session: SessionDep, settings: SettingsDep, actor: OpenerDep, slug: str, typed: FormDep
) -> Response:
    """Open the round about the items ticked, and write to everybody who can be written to."""
    survey = get_changeable_survey(session, actor, slug)
    proposal = propose(session, survey)
    if proposal is None:
        return redirect(request, "survey_page", slug=slug)
    chosen = {code for code in proposal.reasons if f"item.{code}" in typed}
    errors: dict[str, str] = {}
    if not chosen:
        errors["items"] = "Choose at least one initiative, or leave the survey as it is."
        return _page(request, session, survey, proposal, typed, errors)
    against = {code: typed.get(f"because.{code}", "")[:LONGEST_TYPED] for code in chosen ^ set(proposal.items)}
    try:
        open_next_round(session, actor, survey, {code: against[code] for code in sorted(against)})
    except Invalid as refusal:
        return _page(request, session, survey, proposal, typed, refusal.errors)
    send_invitations(session, actor, survey, settings)
    return redirect(request, "survey_page", slug=slug)


def _page(
    request: Request,
    session: Session,
    survey: Survey,
    proposal: Proposal,
    typed: Typed,
    errors: Mapping[str, str],
) -> Response:
    language = language_of(request)
    rows: list[dict[str, Any]] = []
    for item in list_items(session, survey.id):
        reason = proposal.reasons[item.code]
        returns = item.code in proposal.items
        rows.append(
            {
                "code": item.code,
                "title": pick(item.title, language, survey.default_language),
                "reason": reason,
                "word": translate(language, REASON_WORDS[reason]),
                "returns": returns,
                "is_chosen": f"item.{item.code}" in typed if typed else returns,
                "because": typed.get(f"because.{item.code}", ""),
            }
        )
    # what returns stands first, in the survey's order
    rows.sort(key=lambda row: not row["returns"])
    count = sum(row["is_chosen"] for row in rows)
    return render(
        request,
        "consensus/next_round.html",
        status=422 if errors else 200,
        survey=survey,
        number=proposal.number,
        rows=rows,
        count=count,
        minutes=minutes_for(session, survey, count),
        minutes_for_all=minutes_for(session, survey, len(rows)),
        advice=proposal.advice,
        sentence=advice_sentence(proposal.advice, language),
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
    )


def advice_sentence(advice: Advice, language: str) -> str:
    """Whether to stop, and why, in a sentence."""
    return translate(language, GROUNDS_WORDS[advice.grounds], decided=advice.decided, items=advice.items)
