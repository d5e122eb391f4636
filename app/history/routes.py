"""What happened, in the browser."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.history.models import HistoryEntry
from app.history.queries import head_of, list_entries
from app.history.rules import name_of
from app.people.models import Person
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(tags=["history"])

ReaderDep = Annotated[Actor, permitted("history.read")]
PAGE = 50
KINDS = frozenset(
    {
        *("survey", "round", "initiative", "initiative_version", "person", "organisation", "snapshot"),
        *("workshop", "interview", "decision"),
        *("plan_ballot", "plan_edition"),
        *("workshop", "interview", "decision", "milestone", "risk"),
        *("indicator", "programme", "result_chain"),
    }
)

ACT_WORDS = {
    "consortium.created": "Consortium created",
    "organisation.created": "Organisation added",
    "person.created": "Person added",
    "person.role_changed": "Role changed",
    "person.disabled": "Account closed",
    "person.enabled": "Account opened again",
    "person.signed_in": "Signed in",
    "person.signed_out": "Signed out",
    "plan.created": "Plan made",
    "plan.exported": "Plan handed out",
    "report.ordered": "Report asked for",
    "report.made": "Report written",
    "report.called_off": "Report called off",
    "report.setting_changed": "What stands on covers changed",
    "methods.answered": "Methods report added to",
    "plan_item.changed": "What an initiative takes set for a plan",
    "scenario.created": "Scenario added",
    "scenario.renamed": "Scenario renamed",
    "scenario.removed": "Scenario removed",
    "scenario.proposed": "Scenario proposed by calculation",
    "scenario.rules": "Rules of a scenario changed",
    "scenario.placed": "Initiative placed by hand",
    "scenario.left_out": "Initiative left out by hand",
    "scenario.released": "Initiative left to the rules again",
    "scenario.fixed": "Scenario repaired as proposed",
    "scenario.restored": "Earlier draft restored",
    "person.erased": "Personal data erased",
    "people.imported": "People imported",
    "sign_in_link.made": "Sign-in link made by the operator",
    "sessions.ended": "Other sessions ended",
    "password.set": "Password set",
    "password.removed": "Password removed",
    "second_factor.set": "Second step set up",
    "second_factor.removed": "Second step removed",
    "oidc.linked": "Organisation account linked",
    "key.made": "Key made for a program",
    "key.ended": "Key ended",
    "initiative.versioned": "Initiative changed",
    "initiative.moved": "State of an initiative changed",
    "survey.imported": "Survey made",
    "survey.changed": "Survey changed",
    "survey.published": "Survey published, protocol fixed",
    "survey.deviated": "Published survey changed, with a reason",
    "round.opened": "Round opened",
    "round.closed": "Round closed",
    "reason.hidden": "Reason hidden from the next round",
    "reason.shown": "Reason shown again",
    "reason.themed": "Reason put under a theme",
    "ideas.gathered": "Ideas gathered",
    "idea.taken_over": "Ideas taken over into an initiative",
    "idea.set_aside": "Ideas set aside, with a reason",
    "idea.reconsidered": "An idea is open again",
    "workshop.added": "Workshop noted",
    "workshop.changed": "Workshop changed",
    "workshop.voted": "Dots and changes of a workshop noted",
    "workshop.deleted": "Workshop deleted, with a reason",
    "interview.added": "Interview noted",
    "interview.changed": "Interview changed",
    "interview.deleted": "Interview deleted, with a reason",
    "evidence.exported": "Evidence exported",
    "opinions.found": "Opinion groups looked for",
    "proposal.accepted": "Proposal accepted",
    "proposal.merged": "Proposal put together with another",
    "proposal.asked_back": "Author of a proposal asked",
    "proposal.declined": "Proposal declined, with a reason",
    "proposal.reconsidered": "A proposal is open again",
    "proposal.shown": "Proposal put on the wall",
    "proposal.hidden": "Proposal taken off the wall",
    "proposal.unnamed": "Name taken off a proposal",
    "proposals.exported": "Proposals exported",
    "wall.changed": "Ideas wall changed",
    "comment.written": "Comment written",
    "comment.withdrawn": "Comment withdrawn",
    "comment.resolved": "Comment resolved",
    "comment.reopened": "Comment opened again",
    "comment.assigned": "Comment assigned",
    "amendment.proposed": "Amendment proposed",
    "amendment.withdrawn": "Amendment withdrawn",
    "amendment.decided": "Amendment decided",
    "reply.written": "Answer to what was said written",
    "reply.deleted": "Answer to what was said deleted",
    "reply_page.opened": "Answers opened to everybody",
    "reply_page.closed": "Answers closed to the public",
    "invitation.made": "Invitation made",
    "invitation.renewed": "Invitation renewed",
    "invitations.sent": "Invitations sent",
    "reminders.sent": "Reminders sent",
    "mail_text.changed": "Text of a mail changed",
    "mail_text.restored": "Text of a mail put back",
    "suggestion.rejected": "Somebody named was not invited",
    "links.severed": "Links between invitations and answers deleted",
    "counts.differed": "Counts that differed from the answers were set right",
    "response.withdrawn": "A response was withdrawn",
    "responses.imported": "Responses imported",
    "responses.expired": "Answers deleted at the end of their time",
    "snapshot.frozen": "Results frozen",
    "results.exported": "Results exported",
    "results.released": "Results released to everybody",
    "results.withdrawn": "Results taken back, with a reason",
    "results.mailed": "Results mailed to those who asked",
    "results.read_unsuppressed": "All figures read by the operator",
    "bundle.made": "Bundle made that recomputes the results",
    "opendata.made": "Open data made",
    "priorities.exported": "Priorities exported",
    "decision.made": "Decision put on record",
    "decisions.exported": "Decisions exported",
    "plan.shared": "Plan shared for comment by a link",
    "plan.share_ended": "Link to a plan ended",
    "plan_comment.answered": "Comment on a plan answered",
    "plan_comment.hidden": "Comment on a plan hidden",
    "plan_comment.shown": "Comment on a plan shown again",
    "plan_comment.deleted": "Comment on a plan deleted",
    "ballot.opened": "Plan put to the vote",
    "ballot.voted": "A partner voted on a plan",
    "ballot.closed": "Ballot on a plan ended, with a reason",
    "plan.adopted": "Plan adopted as an edition",
    "following.started": "Plan followed from an edition on",
    "milestone.added": "Milestone added",
    "milestone.changed": "Milestone changed",
    "milestone.closed": "Milestone closed, with a reason",
    "milestone.reopened": "Milestone opened again",
    "progress.reported": "Progress reported",
    "gate.decided": "Decided at a go/stop point",
    "reading.added": "Reading of an indicator added",
    "risk.assessed": "Risk assessed",
    "review.written": "Yearly review written",
    "plan_mails.changed": "Mails about milestones switched",
    "indicator.defined": "Indicator defined",
    "indicator.changed": "Indicator given a new version",
    "indicator.agreed": "A partner said whether it agrees with an indicator",
    "chain.stated": "Result chain of a programme stated",
    "chain.changed": "Result chain given a new version",
    "contribution.said": "Somebody said what a programme contributed",
    "contribution.taken_back": "A statement on a contribution taken back",
    "readings.imported": "Readings of regions imported",
    "readings.exported": "Readings of regions handed out",
    "profile.exported": "Profile of a region handed out",
    "indicator.given": "Indicator given to a partner to look after",
    "programme.added": "Programme added",
    "programme.changed": "Programme given a new version",
    "programmes.imported": "Programmes imported",
    "programmes.exported": "Programmes handed out",
    "milestones.told": "Owners of milestones mailed",
    "monitoring.exported": "Monitoring exported",
    "history.erased": "Details erased from the history",
}


@router.get("/history")
def history_page(
    request: Request, session: SessionDep, actor: ReaderDep, before: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """What happened in the consortium, newest first."""
    entries = list_entries(session, actor, before=before, most=PAGE + 1)
    return _page(request, session, entries, is_of_thing=False)


@router.get("/history/{kind}/{key}")
def history_of_thing(request: Request, session: SessionDep, actor: ReaderDep, kind: str, key: UUID) -> Response:
    """What happened to one thing. A thing of another consortium has no history here, like one that never was."""
    entries = list_entries(session, actor, [name_of(kind, key)], most=PAGE + 1)
    if not entries or kind not in KINDS:
        raise NotFound("There is no such thing.")
    return _page(request, session, entries, is_of_thing=True)


def _page(request: Request, session: Session, entries: Sequence[HistoryEntry], *, is_of_thing: bool) -> Response:
    language = language_of(request)
    shown = entries[:PAGE]
    return render(
        request,
        "history/list.html",
        lines=[_line(session, entry, language) for entry in shown],
        older=shown[-1].seq if len(entries) > PAGE and not is_of_thing else None,
        head=head_of(session),
        is_of_thing=is_of_thing,
    )


def _line(session: Session, entry: HistoryEntry, language: str) -> dict[str, Any]:
    person = session.get(Person, entry.actor_id) if entry.actor_id else None
    operator = translate(language, "Operator")
    gone = translate(language, "A person whose data were erased")
    before, after = _details(entry.before), _details(entry.after)
    return {
        "seq": entry.seq,
        "at": entry.at,
        "act": translate(language, ACT_WORDS[entry.act]),
        "who": person.name if person else gone if entry.actor_id else operator,
        "before": before,
        "after": after,
        "is_erased": entry.salt == "",
    }


def _details(details: dict[str, Any] | None) -> str:
    """Details as one line: keys and plain values."""
    return ", ".join(f"{key}: {value}" for key, value in (details or {}).items() if value not in (None, "", []))
