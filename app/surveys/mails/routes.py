"""The mails of a survey in the browser: what each kind says in each language, how it looks, and whether it arrives."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.core.settings import Settings
from app.core.words import LANGUAGES
from app.mail.service import queue_mail
from app.people.rules import Actor
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.models import Survey
from app.surveys.mails.composing import Addressee, compose_mail, usual_texts
from app.surveys.mails.delivery import delivery_checks, dns_records
from app.surveys.mails.queries import find_mail_text, list_mail_texts
from app.surveys.mails.rules import PLACEHOLDERS, TO_ANYBODY, MailKind
from app.surveys.mails.service import InvalidText, replace_mail_text, restore_mail_text
from app.surveys.rounds.queries import find_open_round
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import CONTENT_SECURITY_POLICY, OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["mails"])

MakerDep = Annotated[Actor, permitted("survey.change")]
NO_TOKEN = "test"  # noqa: S105 -- stands where a token would, and opens nothing
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Mails carry their styles in themselves. Nothing else of them is carried out, and only our own page frames them."""

KIND_NAMES = {
    MailKind.INVITATION: "Invitation",
    MailKind.REMINDER: "Reminder",
    MailKind.LAST_DAY: "Last day",
    MailKind.NEXT_ROUND: "Next round",
    MailKind.THANKS: "Thanks",
    MailKind.NEW_LINK: "New link",
    MailKind.RESULTS: "Results",
}
KIND_TIMES = {
    MailKind.INVITATION: "Goes to everybody on the list when you publish, and to later ones when you send it.",
    MailKind.REMINDER: "Goes to those who have not finished, after a third and two thirds of the time.",
    MailKind.LAST_DAY: "Goes once, within the last 24 hours, to those who have begun and not sent their answers.",
    MailKind.NEXT_ROUND: "Goes to everybody on the list when a further round opens and you send the invitations.",
    MailKind.THANKS: "Goes once, right after somebody has sent their answers.",
    MailKind.NEW_LINK: "Goes to those who ask for their link again.",
    MailKind.RESULTS: "Goes once to those who asked for the results, when you send it from the page on what is public.",
}


@router.get("/surveys/{slug}/build/mails")
def mails_step(request: Request, session: SessionDep, settings: SettingsDep, actor: MakerDep, slug: str) -> Response:
    """One kind of mail in one language: its text, how it looks, and what helps it arrive."""
    survey = get_changeable_survey(session, actor, slug)
    kind, language = _chosen(survey, dict(request.query_params))
    is_sent = request.query_params.get("sent") == "1"
    return _page(request, session, settings, actor, survey, kind, language, is_sent=is_sent)


@router.post("/surveys/{slug}/build/mails", dependencies=[OwnForm])
def save_mail_text(
    request: Request, session: SessionDep, settings: SettingsDep, actor: MakerDep, slug: str, typed: FormDep
) -> Response:
    """Keep a text of one's own, or go back to the usual one; typed as the usual one it is none of one's own."""
    survey = get_changeable_survey(session, actor, slug)
    kind, language = _chosen(survey, typed)
    usual = usual_texts(session, survey, find_open_round(session, survey.id), kind, language)
    subject, opening = typed.get("subject", ""), typed.get("opening", "").replace("\r\n", "\n")
    revision = revision_in(typed)
    if typed.get("act") == "restore" or (subject.strip(), opening.strip()) == usual:
        restore_mail_text(session, actor, survey, revision, kind=kind, language=language)
    else:
        try:
            replace_mail_text(
                session, actor, survey, revision, kind=kind, language=language, subject=subject, opening=opening
            )
        except InvalidText as refusal:
            errors = {
                name: translate(language_of(request), sentence, **refusal.values)
                for name, sentence in refusal.errors.items()
            }
            return _page(request, session, settings, actor, survey, kind, language, typed=typed, errors=errors)
    return redirect(request, "mails_step", slug=slug, query=f"kind={kind}&language={language}")


@router.post("/surveys/{slug}/build/mails/test", dependencies=[OwnForm])
def send_test_mail(
    request: Request, session: SessionDep, settings: SettingsDep, actor: MakerDep, slug: str, typed: FormDep
) -> Response:
    """Send a mail to whoever asks, and to nobody else; it says that it is a test and holds no real token."""
    survey = get_changeable_survey(session, actor, slug)
    kind, language = _chosen(survey, typed)
    sample = _sample(settings, survey, actor, is_test=True)
    texts = compose_mail(session, survey, find_open_round(session, survey.id), kind, language, sample)
    queue_mail(
        session,
        kind="test",
        recipient=actor.email,
        subject=translate(language, "[Test] %(subject)s", subject=texts.subject),
        body=texts.body,
        html=texts.html,
        stop_url=f"{settings.address}/u/{NO_TOKEN}",
        consortium_id=survey.consortium_id,
    )
    return redirect(request, "mails_step", slug=slug, query=f"kind={kind}&language={language}&sent=1")


@router.get("/surveys/{slug}/build/mails/preview")
def mail_preview(request: Request, session: SessionDep, settings: SettingsDep, actor: MakerDep, slug: str) -> Response:
    """The HTML of a mail as a mail program shows it, for the frame on the page."""
    survey = get_changeable_survey(session, actor, slug)
    kind, language = _chosen(survey, dict(request.query_params))
    texts = compose_mail(
        session, survey, find_open_round(session, survey.id), kind, language, _sample(settings, survey, actor)
    )
    policy = f"{PREVIEW_POLICY}; frame-ancestors 'self'"
    return HTMLResponse(texts.html, headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"})


def _page(
    request: Request,
    session: Session,
    settings: Settings,
    actor: Actor,
    survey: Survey,
    kind: MailKind,
    language: str,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    is_sent: bool = False,
) -> Response:
    own_language = language_of(request)
    current = find_open_round(session, survey.id)
    usual_subject, usual_opening = usual_texts(session, survey, current, kind, language)
    own = find_mail_text(session, survey.id, kind, language)
    texts = compose_mail(session, survey, current, kind, language, _sample(settings, survey, actor))
    kinds = [one for one in MailKind if one in TO_ANYBODY or not survey.is_anonymous]
    own_ones = {(text.kind, text.language) for text in list_mail_texts(session, survey.id)}
    values: dict[str, Any] = {
        "kind": kind.value,
        "language_chosen": language,
        "kinds": [(one.value, translate(own_language, KIND_NAMES[one])) for one in kinds],
        "texts_in": [(tag, LANGUAGES[tag], (kind.value, tag) in own_ones) for tag in survey.languages],
        "when": translate(own_language, KIND_TIMES[kind]),
        "placeholders": [f"{{{name}}}" for name in PLACEHOLDERS],
        "subject": (typed or {}).get("subject", own.subject if own else usual_subject),
        "opening": (typed or {}).get("opening", own.opening if own else usual_opening),
        "usual_subject": usual_subject,
        "usual_opening": usual_opening,
        "has_own": own is not None,
        "preview_subject": texts.subject,
        "preview_body": texts.body,
        "email": actor.email,
        "checks": [
            {"sentence": translate(own_language, check.sentence), "is_fine": check.is_fine}
            for check in delivery_checks(settings)
        ],
        "records": [
            {"kind": one.kind, "name": one.name, "value": one.value, "purpose": translate(own_language, one.purpose)}
            for one in dns_records(settings)
        ],
    }
    response = render(
        request,
        "surveys/mails/mails.html",
        status=422 if errors else 200,
        survey=survey,
        errors=errors or {},
        is_sent=is_sent,
        **values,
    )
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def _chosen(survey: Survey, given: dict[str, str]) -> tuple[MailKind, str]:
    """The kind and language asked for, by default the invitation in the survey's own. Raises NotFound for others."""
    language = given.get("language", survey.default_language)
    try:
        kind = MailKind(given.get("kind", MailKind.INVITATION))
    except ValueError:
        raise NotFound("There is no such page.") from None
    if language not in survey.languages:
        raise NotFound("There is no such page.")
    return kind, language


def _sample(settings: Settings, survey: Survey, actor: Actor, *, is_test: bool = False) -> Addressee:
    start, stop = f"{settings.address}/s/{survey.slug}", f"{settings.address}/u/{NO_TOKEN}"
    return Addressee(actor.name, start, stop, is_test=is_test)
