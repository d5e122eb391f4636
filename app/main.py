"""Building the application: every page, every API route, and what surrounds them."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine
from starlette.routing import BaseRoute

from app import __version__, observing
from app.actionplan.adoption import api as adoption_api
from app.actionplan.adoption import ballot_routes as ballot_pages
from app.actionplan.adoption import edition_routes as edition_pages
from app.actionplan.adoption import reading_routes as shared_plan_pages
from app.actionplan.adoption import share_routes as plan_sharing_pages
from app.actionplan.cocreation import api as cocreation_api
from app.actionplan.cocreation import routes as cocreation_pages
from app.actionplan.decisions import api as decisions_api
from app.actionplan.decisions import routes as decisions_pages
from app.actionplan.disclosure import api as disclosure_api
from app.actionplan.disclosure import release_routes as release_pages
from app.actionplan.disclosure import routes as disclosure_pages
from app.actionplan.discussion import amendment_routes as amendment_pages
from app.actionplan.discussion import api as discussion_api
from app.actionplan.discussion import reply_routes as reply_pages
from app.actionplan.discussion import routes as discussion_pages
from app.actionplan.drafting import new_routes as new_initiative_pages
from app.actionplan.drafting import routes as drafting_pages
from app.actionplan.drafting import translation_routes as initiative_translation_pages
from app.actionplan.drafting import version_routes as version_pages
from app.actionplan.evidence import api as evidence_api
from app.actionplan.evidence import interview_routes as interviews_pages
from app.actionplan.evidence import routes as evidence_pages
from app.actionplan.evidence import workshop_routes as workshops_pages
from app.actionplan.impact import api as impact_api
from app.actionplan.impact import routes as impact_pages
from app.actionplan.impact.links import api as links_api
from app.actionplan.impact.links import routes as links_pages
from app.actionplan.initiatives import api as initiatives_api
from app.actionplan.initiatives import import_routes as initiatives_import_pages
from app.actionplan.initiatives import routes as initiatives_pages
from app.actionplan.method import api as method_api
from app.actionplan.method import routes as method_pages
from app.actionplan.monitoring import api as monitoring_api
from app.actionplan.monitoring import milestone_routes as milestone_pages
from app.actionplan.monitoring import review_routes as review_pages
from app.actionplan.monitoring import routes as monitoring_pages
from app.actionplan.moving import api as moving_api
from app.actionplan.moving import routes as moving_pages
from app.actionplan.opinions import api as opinions_api
from app.actionplan.opinions import routes as opinions_pages
from app.actionplan.overview import routes as overview_pages
from app.actionplan.portfolio import api as plans_api
from app.actionplan.portfolio import check_routes as plan_check_pages
from app.actionplan.portfolio import item_routes as plan_item_pages
from app.actionplan.portfolio import routes as plans_pages
from app.actionplan.portfolio import scenario_routes as scenario_pages
from app.actionplan.priorities import api as priorities_api
from app.actionplan.priorities import routes as priorities_pages
from app.actionplan.proposals import api as proposals_api
from app.actionplan.proposals import propose_routes as propose_pages
from app.actionplan.proposals import routes as proposals_pages
from app.actionplan.proposals import wall_routes as wall_pages
from app.actionplan.record import api as record_api
from app.actionplan.record import routes as record_pages
from app.actionplan.validation import routes as validation_pages
from app.auth import account_routes as account_pages
from app.auth import api as auth_api
from app.auth import oidc as oidc_pages
from app.auth import routes as auth_pages
from app.consensus import api as consensus_api
from app.consensus import detail_routes as result_details
from app.consensus import feedback as feedback_pages
from app.consensus import next_round as next_round_pages
from app.consensus import routes as consensus_pages
from app.consensus.figures import api as figures_api
from app.consensus.figures import routes as figures_pages
from app.consensus.reasons import api as reasons_api
from app.consensus.reasons import routes as reasons_pages
from app.core.logs import set_up_logs
from app.core.migrations import Schema, newest_revision, schema_of
from app.core.place import open_place, serve_alone
from app.core.settings import Settings, load_settings
from app.history import routes as history_pages
from app.indicators import api as indicators_api
from app.indicators import import_routes as readings_import_pages
from app.indicators import routes as indicators_pages
from app.indicators.agreed import routes as agreed_pages
from app.indicators.profiles import routes as profiles_pages
from app.mail import routes as outbox_pages
from app.people import routes as people_pages
from app.programmes import api as programmes_api
from app.programmes import routes as programmes_pages
from app.programmes.comparing import api as comparing_api
from app.programmes.comparing import routes as comparing_pages
from app.programmes.importing import routes as programmes_import_pages
from app.programmes.rated import api as rated_api
from app.programmes.rated import routes as rated_pages
from app.reports import api as reports_api
from app.reports import routes as report_pages
from app.reports.methods import routes as methods_pages
from app.surveys.answering import api as answering_api
from app.surveys.answering import asking as asking_pages
from app.surveys.answering import own_answers as own_answers_pages
from app.surveys.answering import preview as preview_pages
from app.surveys.answering import rating as rating_pages
from app.surveys.answering import receipts as receipt_pages
from app.surveys.answering import routes as answering_pages
from app.surveys.answering import sending as sending_pages
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.entrance import Entrance
from app.surveys.authoring import asking_routes as questions_pages
from app.surveys.authoring import exchange_routes as exchange_pages
from app.surveys.authoring import item_routes as item_pages
from app.surveys.authoring import routes as authoring_pages
from app.surveys.authoring import translation_routes as translation_pages
from app.surveys.ideas import routes as ideas_pages
from app.surveys.mails import routes as mails_pages
from app.surveys.rounds import live_routes as live_pages
from app.surveys.rounds import reading as reading_pages
from app.surveys.rounds import renewing as renewing_pages
from app.surveys.rounds import routes as rounds_pages
from app.surveys.rounds import stopping as stopping_pages
from app.web.cookieless import TokenInAddress
from app.web.counting import Counting, Counts
from app.web.deps import MOST_WRITING
from app.web.errors import add_error_handlers, answer_error
from app.web.packing import Packing
from app.web.security import Protection
from app.web.serving import Intake, Places, Turns
from app.web.streaming import Streams, end_on_signals
from app.worker import Worker

PAGES: list[APIRouter] = [
    # before the routes of links: their address would take these for tokens
    oidc_pages.router,
    auth_pages.router,
    account_pages.router,
    people_pages.router,
    history_pages.router,
    # before one indicator: their addresses would be taken for its code
    profiles_pages.router,
    agreed_pages.router,
    moving_pages.router,
    readings_import_pages.router,
    indicators_pages.router,
    # before one programme, for the same reason
    programmes_import_pages.router,
    comparing_pages.router,
    rated_pages.router,
    programmes_pages.router,
    # before one result chain: its address would take them for a key
    links_pages.router,
    impact_pages.router,
    outbox_pages.router,
    receipt_pages.router,
    # before the pages of one survey: their address would take "new" for its name
    validation_pages.router,
    authoring_pages.router,
    questions_pages.router,
    item_pages.router,
    preview_pages.router,
    translation_pages.router,
    exchange_pages.router,
    mails_pages.router,
    rounds_pages.router,
    live_pages.router,
    reading_pages.router,
    stopping_pages.router,
    renewing_pages.router,
    cocreation_pages.router,
    proposals_pages.router,
    propose_pages.router,
    wall_pages.router,
    discussion_pages.router,
    amendment_pages.router,
    reply_pages.router,
    overview_pages.router,
    evidence_pages.router,
    workshops_pages.router,
    interviews_pages.router,
    opinions_pages.router,
    initiatives_import_pages.router,
    initiatives_pages.router,
    # before the page of one initiative: its address would take "new" for its name
    new_initiative_pages.router,
    drafting_pages.router,
    version_pages.router,
    initiative_translation_pages.router,
    record_pages.router,
    answering_pages.router,
    rating_pages.router,
    asking_pages.router,
    sending_pages.router,
    own_answers_pages.router,
    ideas_pages.router,
    # before the results: an address of theirs may take "figures" for an initiative
    figures_pages.router,
    consensus_pages.router,
    result_details.router,
    reasons_pages.router,
    release_pages.router,
    disclosure_pages.router,
    method_pages.router,
    next_round_pages.router,
    feedback_pages.router,
    priorities_pages.router,
    decisions_pages.router,
    plans_pages.router,
    plan_check_pages.router,
    scenario_pages.router,
    plan_item_pages.router,
    plan_sharing_pages.router,
    shared_plan_pages.router,
    ballot_pages.router,
    edition_pages.router,
    monitoring_pages.router,
    milestone_pages.router,
    review_pages.router,
    methods_pages.router,
    report_pages.router,
]

API: list[APIRouter] = [
    auth_api.router,
    moving_api.router,
    indicators_api.router,
    # before one programme: its address would take these for codes
    comparing_api.router,
    rated_api.router,
    programmes_api.router,
    links_api.router,
    impact_api.router,
    initiatives_api.router,
    record_api.router,
    evidence_api.router,
    opinions_api.router,
    answering_api.router,
    cocreation_api.router,
    proposals_api.router,
    discussion_api.router,
    consensus_api.router,
    figures_api.router,
    priorities_api.router,
    decisions_api.router,
    plans_api.router,
    adoption_api.router,
    monitoring_api.router,
    reports_api.router,
    reasons_api.router,
    disclosure_api.router,
    method_api.router,
]


class OldTables(Exception):
    """The database is not at the revision of this program; `innaxe migrate` brings it there."""


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """The whole application over one database.

    Raises UnsafeSettings, UnsafeDatabase (Misplaced, Damaged, Newer) or OldTables when it must not start.
    """
    settings = settings or load_settings()
    is_own_engine = engine is None
    engine = engine or open_place(settings)
    if schema_of(engine) is not Schema.CURRENT:
        raise OldTables(f"The database is not at revision {newest_revision()}: run innaxe migrate.")

    app = FastAPI(
        title="INNAXE",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    app.state.settings, app.state.engine, app.state.is_own_engine = settings, engine, is_own_engine
    app.state.turns, app.state.places = Turns(MOST_WRITING), Places(settings.most_requests)
    app.state.pages, app.state.api = PAGES, API
    # in front of the other routes: the hot path must not be looked for among them
    app.router.routes = [answering_api.saving, *app.router.routes, *_routes()]
    add_error_handlers(app)
    app.state.counts = Counts()
    app.add_middleware(Intake, places=app.state.places, answer=answer_error)
    app.add_middleware(Counting, counts=app.state.counts)
    app.add_middleware(TokenInAddress)
    app.add_middleware(Packing)
    app.add_middleware(Protection, settings=settings, answer=answer_error)
    app.add_middleware(Entrance, settings=settings, counts=app.state.counts)
    return app


def create_served_app() -> FastAPI:
    """The application as `innaxe serve` runs it: it also does the worker's chores."""
    set_up_logs()  # each of several web processes is told anew
    app = create_app()
    serve_alone(app.state.engine)
    app.state.does_chores = True
    # what is here now stays as long as the process; looked through for garbage again and again, it would hold every
    # eighth large page up by a quarter of a second
    gc.collect()
    gc.freeze()
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.writer = AnswerWriter(app.state.engine, most=app.state.settings.most_saves)
    app.state.streams = Streams()
    end_on_signals(app.state.streams)
    worker = Worker(app.state.engine, app.state.settings) if getattr(app.state, "does_chores", False) else None
    yield
    app.state.streams.close()
    if worker:
        worker.close()
    app.state.writer.close()
    if app.state.is_own_engine:
        app.state.engine.dispose()


@cache
def _routes() -> list[BaseRoute]:
    """Every route, included once: what FastAPI works out for each on its first request serves every application."""
    routes = APIRouter()
    for router in PAGES:
        routes.include_router(router, include_in_schema=False)
    for router in API:
        routes.include_router(router, prefix="/api/v1")
    routes.include_router(observing.router)
    return routes.routes
