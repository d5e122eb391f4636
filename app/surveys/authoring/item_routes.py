"""Asking about things that are no initiatives: a list of indicators or programmes, as pasted from a sheet."""

from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Request, Response

from app.core.catalogues import translate
from app.core.errors import Invalid
from app.surveys.authoring.drafting import get_changeable_survey, replace_items
from app.surveys.authoring.models import Survey
from app.surveys.authoring.pages import ITEM_WORDS
from app.surveys.authoring.routes import MakerDep, step_page
from app.surveys.authoring.rules import ListedItem, parse_listed
from app.surveys.authoring.schemas import ItemIn
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect

router = APIRouter(tags=["authoring"])

LISTED_KINDS = {kind: word for kind, word in ITEM_WORDS.items() if kind != "initiative"}
LONGEST_LIST = 200_000


@router.get("/surveys/{slug}/build/list")
def listed_items_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """Paste what is to be rated in place of initiatives."""
    return _page(request, get_changeable_survey(session, actor, slug), {}, {})


@router.post("/surveys/{slug}/build/list", dependencies=[OwnForm])
def save_listed_items(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Ask about these, in this order."""
    survey = get_changeable_survey(session, actor, slug)
    kind = typed.get("kind", "")
    try:
        if kind not in LISTED_KINDS:
            raise Invalid("Choose a type.", {"kind": "Choose a type."})
        found = parse_listed(typed.get("items", "")[:LONGEST_LIST])
    except Invalid as refusal:
        return _page(request, survey, typed, refusal.errors, refusal.values)
    replace_items(session, actor, survey, revision_in(typed), [_item(survey, one) for one in found])
    survey.item_kind = kind
    return redirect(request, "build_page", slug=slug)


def _item(survey: Survey, listed: ListedItem) -> ItemIn:
    own = survey.default_language
    # the same words are the same version, wherever they are asked
    version = uuid5(NAMESPACE_URL, f"{survey.consortium_id}:{listed.code}:{listed.title}:{listed.summary}")
    summary = {own: listed.summary} if listed.summary else {}
    return ItemIn(code=listed.code, source_id=version, title={own: listed.title}, summary=summary, facts={})


def _page(
    request: Request,
    survey: Survey,
    typed: Typed,
    errors: dict[str, str],
    values: dict[str, object] | None = None,
) -> Response:
    language = language_of(request)
    return step_page(
        request,
        survey,
        "list",
        typed=typed,
        errors={name: translate(language, sentence, **(values or {})) for name, sentence in errors.items()},
        kinds=[(kind, translate(language, word)) for kind, word in LISTED_KINDS.items()],
    )
