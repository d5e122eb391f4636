"""Every page there is: accessible, narrow, light, in both colour schemes, and asking nobody else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page, Request

from app.main import PAGES
from tests.browser.conftest import Opener, Site, begin
from tests.browser.looking import inspect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LARGEST_STAKEHOLDER_PAGE = 60_000
SURVEY = "demo-validation-survey"
RUNNING = "demo-running-survey"
WALL = "/ideas/c/consortium"
FOR_EVERYBODY = {
    "login_page": "/login",
    "password_page": "/login/password",
    "code_page": "/login/code",
    "receipt_page": "/receipt",
    "you_said_page": "the answers of the demonstration",
    "link_page": "/link",
    "public_results": f"/s/{SURVEY}/results",
    "public_figure": f"/s/{SURVEY}/results/ranks",
    "sign_in_page": "a link not yet used",
    "ideas_wall": WALL,
    "propose_page": f"{WALL}/propose",
    "proposal_sent": f"{WALL}/sent",
    "proposal_arrived": f"{WALL}/arrived?number=7",
    "proposal_view": "a first proposal on the wall",
}
FOR_STAKEHOLDERS = {
    "survey_start": f"/s/{SURVEY}",
    "survey_item": f"/s/{SURVEY}/q/7",
    "survey_overview": f"/s/{SURVEY}/all",
    "my_answers": f"/s/{SURVEY}/my-answers",
    "round_feedback": f"/s/{SURVEY}/feedback",
    "survey_check": f"/s/{SURVEY}/check",
    "survey_done": f"/s/{SURVEY}/done",
}
STEPS = {
    "build_page": "build",
    "texts_step": "build/texts",
    "criteria_step": "build/criteria",
    "regions_step": "build/regions",
    "questions_step": "build/questions",
    "question_page": "build/questions/region",
    "listed_items_step": "build/list",
    "preview_page": "preview/1",
    "rules_step": "build/rules",
    "languages_step": "build/languages",
    "dates_step": "build/dates",
    "mails_step": "build/mails",
    "items_page": "items",
    "translation_page": "translation/bg",
    "publish_page": "publish",
    "import_report_page": "import-report",
    "people_page": "people",
}
FOR_MEMBERS = {
    "home_page": "/",
    "survey_list": "/surveys",
    "survey_page": f"/surveys/{SURVEY}",
    "new_survey": "/surveys/new",
    "import_page": "/surveys/import",
    **{name: f"a draft, {step}" for name, step in STEPS.items()},
    "reasons_page": f"/surveys/{SURVEY}/reasons",
    "next_round_page": f"/surveys/{SURVEY}/rounds/new",
    "live_page": f"/surveys/{RUNNING}/live",
    "reminders_page": f"/surveys/{RUNNING}/reminders",
    "proposal_queue": "/proposals",
    "proposal_page": "a first proposal",
    "wall_settings": "/proposals/wall",
    "indicator_list": "/indicators",
    "indicator_page": "/indicators/IND10",
    "indicator_form": "/indicators/IND10/change",
    "new_indicator": "/indicators/new",
    "agreed_set_page": "/indicators/set",
    "moved_list": "/indicators/initiatives",
    "moved_page": "/indicators/IND10/initiatives",
    "new_set_survey": "/indicators/set/new",
    "set_items_page": f"/surveys/{SURVEY}/indicators",
    "readings_import_page": "/indicators/import",
    "impact_page": "/impact",
    "new_chain": "/impact/new?programme=S02",
    "chain_page": "a first result chain",
    "chain_form": "a first result chain, changed",
    "links_page": "/impact/links",
    "programme_list": "/programmes",
    "programme_page": "/programmes/S05",
    "programme_form": "/programmes/S05/change",
    "new_programme": "/programmes/new",
    "programmes_import_page": "/programmes/import",
    "compare_programmes_page": "/programmes/comparison?category=competitiveness",
    "ask_stakeholders_page": "/programmes/ask",
    "rated_items_page": f"/surveys/{SURVEY}/programmes",
    "coverage_page": "/programmes/coverage?by=target",
    "learning_page": "/programmes/learning",
    "region_list": "/indicators/profiles",
    "region_profile": "/indicators/profiles/CAT?figure=yes",
    "initiative_list": "/initiatives",
    "initiative_import_page": "/initiatives/import",
    "initiative_page": "a first initiative",
    "discussion_page": "a first initiative, /discussion",
    "amendments_page": "a first initiative, /amendments",
    "new_amendment": "a first initiative, /amendments/new?place=rationale",
    "amendment_page": "its first amendment",
    "assignments_page": "/assignments",
    "replies_page": "/replies",
    "reply_page": "a first answer",
    "new_initiative": "/initiatives/new",
    "edit_part": "a first initiative, /edit/costs",
    "version_list": "a first initiative, /versions",
    "record_page": "a first initiative, /record",
    "compare_versions": "a first initiative, /versions/compare",
    "version_page": "a first initiative, /versions/1",
    "translate_page": "a first initiative, /translate/de",
    "evidence_list": "/evidence",
    "new_workshop": "/evidence/workshops/new",
    "workshop_page": "a first workshop",
    "edit_workshop": "a first workshop, changed",
    "workshop_votes": "a first workshop's dots",
    "workshop_sheet": "a first workshop's sheet",
    "new_interview": "/evidence/interviews/new",
    "interview_page": "a first interview",
    "edit_interview": "a first interview, changed",
    "interview_stances": "a first interview's stances",
    "initiative_evidence": "the evidence of an initiative",
    "opinions_index": "/opinions",
    "wall_opinions_page": "/opinions/ideas-wall",
    "opinions_page": f"/opinions/{SURVEY}",
    "results_index": "/results",
    "results_page": f"/results/{SURVEY}",
    "disagreement_page": f"/results/{SURVEY}/disagreement",
    "change_page": f"/results/{SURVEY}/change",
    "response_page": f"/results/{SURVEY}/response",
    "initiative_result": f"/results/{SURVEY}/initiatives/I05",
    "figures_page": f"/results/{SURVEY}/figures",
    "figure_page": f"/results/{SURVEY}/figures/gaps",
    "release_page": f"/results/{SURVEY}/release",
    "check_release": f"/results/{SURVEY}/release/check?parts=verdicts&parts=helices&rounds=1&public_from=2099-01-01",
    "survey_reasons": f"/results/{SURVEY}/reasons",
    "method_page": f"/method/{SURVEY}",
    "priorities_index": "/priorities",
    "priorities_page": f"/priorities/{SURVEY}",
    "priority_checks": f"/priorities/{SURVEY}/checks?way=equal",
    "decisions_page": f"/priorities/{SURVEY}/decisions",
    "new_decision": f"/priorities/{SURVEY}/decisions/new",
    "plan_list": "/plans",
    "new_plan": "/plans/new",
    "plan_page": "/plans/1",
    "plan_table": "/plans/1/table",
    "plan_checks": "/plans/1/checks",
    "new_scenario": "/plans/1/scenarios/new",
    "rules_page": "/plans/1/rules",
    "repair_page": "/plans/1/repair",
    "compare_page": "/plans/1/compare",
    "plan_history": "/plans/1/history",
    "draft_page": "/plans/1/history/1",
    "plan_item_page": "/plans/1/items/I10?year=2029",
    "share_page": "/plans/1/share",
    "plan_comments": "/plans/1/comments",
    "ballots_page": "/plans/1/ballots",
    "new_ballot": "/plans/1/ballots/new",
    "ballot_page": "/plans/1/ballots/1",
    "closing_page": "/plans/1/ballots/2/close",
    "editions_page": "/plans/1/editions",
    "edition_page": "/plans/1/editions/1",
    "compare_editions": "/plans/1/editions/compare",
    "follow_page": "/plans/1/follow",
    "overdue_page": "/plans/1/overdue",
    "followed_initiative": "/plans/1/follow/I07",
    "milestone_page": "/plans/1/milestones/2",
    "risk_page": "/plans/1/risks/1",
    "review_page": "/plans/1/review/2027",
    "report_list": "/reports",
    "new_report": "/reports/new?kind=plan&plan=1",
    "report_page": "a report",
    "report_setting_page": "/reports/cover",
    "methods_page": f"/reports/methods/{SURVEY}?point=M7",
    "account_page": "/account",
    "people_list": "/people",
    "person_page": "a first person",
    "organisation_list": "/organisations",
    "history_page": "/history",
    "history_of_thing": "the history of the survey",
    "outbox_page": "/outbox",
}
FIRST = "a first initiative, "
NO_PAGES = {
    *("personal_link", "stop_page", "results_table", "export_priorities", "oidc_start", "oidc_callback"),
    *("export_survey", "export_translation", "initiative_sheet", "export_evidence_page", "export_plan_page"),
    *("record_of_version", "export_page", "ideas_index", "export_decisions_page"),
    *("figure_csv", "figure_svg", "figure_png", "export_impact_page", "export_links_page"),
    *("public_file", "method_file", "dictionary_file"),
    *(
        "export_programmes_page",
        "export_comparison_page",
        "export_coverage_page",
        "export_learning_page",
        "export_readings_page",
        "export_profile_page",
    ),
    *("milestones_calendar", "export_monitoring_page", "report_file"),
    # need a link that was mailed: test_proposals.py goes through them
    *("confirm_page", "answer_page"),
    # needs a link that is shown once: test_adoption_sharing.py reads it
    "shared_plan",
    # leads on to the only consortium
    "you_said_index",
    *("mail_preview", "live_changes", "item_feedback", "survey_section", "download_my_answers"),
    # need a round of ideas: test_ideas.py goes through them
    *("closure_page", "ideas_page", "idea_page", "proposed_ideas", "idea_decision"),
}


def test_no_page_is_forgotten() -> None:
    routes = {
        route.name
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    assert routes == {*FOR_EVERYBODY, *FOR_STAKEHOLDERS, *FOR_MEMBERS, *NO_PAGES}


def test_pages_for_members(visit: Opener, signed_in: Callable[[str], Any], looked_at: set[str]) -> None:
    page = visit(storage_state=signed_in("admin"))
    addresses = addresses_for_members(page).values()
    faults = [fault for address in addresses for fault in inspect(page, address, looked_at)]
    page.goto("/account")
    begin = page.locator("main form[action$='/second-step'] button")
    if begin.count():
        begin.click()
    faults += inspect(page, "/account")
    assert faults == []


def addresses_for_members(page: Page) -> dict[str, str]:
    """Every page of members, with a first initiative and person found by following links, and a draft made."""
    page.goto("/reports/new?kind=plan&plan=1")
    page.click("main form .actions button")
    page.goto("/surveys/new")
    page.click("main form button")
    page.wait_for_url("**/build")
    found = {name: page.url.removesuffix("build") + step for name, step in STEPS.items()}
    for name, start, wanted in (
        ("initiative_page", "/initiatives", "main tbody a[href*='/initiatives/']"),
        ("person_page", "/people", "main a[href*='/people/']"),
        ("workshop_page", "/evidence", "main th a[href*='/workshops/']"),
        ("interview_page", "/evidence", "main th a[href*='/interviews/']"),
        ("initiative_evidence", "/evidence", "main th a[href$='/evidence']"),
        ("proposal_page", "/proposals", ".queue a[href*='/proposals/']"),
        ("history_of_thing", f"/surveys/{SURVEY}", "main a[href*='/history/']"),
        ("amendment_page", "/assignments", "main a[href*='/amendments/']"),
        ("reply_page", "/replies", "main a[href*='/replies/']"),
        ("report_page", "/reports", "main tbody th a"),
        ("chain_page", "/impact", "main tbody th a"),
    ):
        page.goto(start)
        link = page.locator(wanted).first.get_attribute("href")
        assert link
        found[name] = link
    for name, page_of_it in FOR_MEMBERS.items():
        if page_of_it.startswith(FIRST):
            found[name] = found["initiative_page"] + page_of_it.removeprefix(FIRST)
    for name, page_of, step in (
        ("edit_workshop", "workshop_page", "edit"),
        ("workshop_votes", "workshop_page", "votes"),
        ("workshop_sheet", "workshop_page", "sheet"),
        ("chain_form", "chain_page", "change"),
        ("edit_interview", "interview_page", "edit"),
        ("interview_stances", "interview_page", "stances"),
    ):
        found[name] = f"{found[page_of]}/{step}"
    return FOR_MEMBERS | found


def test_pages_for_stakeholders(visit: Opener, site: Site) -> None:
    page = visit()
    page.goto(WALL)
    first = page.locator("article h2 a").first.get_attribute("href")
    assert first
    page.goto("/you-said")
    own = {"sign_in_page": site.links["Sign in as manager"], "proposal_view": first, "you_said_page": page.url}
    addresses = FOR_EVERYBODY | own
    faults = [fault for address in addresses.values() for fault in inspect(page, address)]
    page.goto(site.links["Invitation (returning)"])
    faults += inspect(page, page.url)
    if page.locator("button[name=consent]").count():
        page.click("button[name=consent]")
    for address in list(FOR_STAKEHOLDERS.values())[1:-1]:
        faults += inspect(page, address)
    page.goto(f"/s/{site.survey}/check")
    page.click(".foot button")
    page.wait_for_url(re.compile(r"/done$"))
    faults += inspect(page, page.url)
    page.click("main form button")
    page.wait_for_url(re.compile(r"/check$"))
    assert faults == []


def test_pages_with_questions(visit: Opener, site: Site) -> None:
    page = visit()
    begin(page, site)
    sections = ("budget", "ranking", "ideas", "contact")
    assert [fault for code in sections for fault in inspect(page, f"/s/{SURVEY}/p/{code}")] == []


def test_an_error_page(visit: Opener, faults: list[str]) -> None:
    page = visit()
    assert inspect(page, "/s/nothing-of-that-name") == []
    assert all("404" in fault for fault in faults), "the browser's own line about the 404"
    faults.clear()


def is_found(request: Request) -> bool:
    """Whether a request was answered with what it asked for."""
    response = request.response()
    return response is not None and response.status == 200


def test_a_stakeholder_page_is_light(visit: Opener, site: Site) -> None:
    page = visit()
    finished: list[Request] = []
    page.goto(site.links["Invitation (returning)"])
    if page.locator("button[name=consent]").count():
        page.click("button[name=consent]")
        page.wait_for_url(re.compile(r"/[qp]/"))
    page.on("requestfinished", lambda one: finished.append(one))  # a method of a list cannot be a handler
    page.goto(f"/s/{site.survey}/q/7")
    page.wait_for_load_state("networkidle")
    sizes = {one.url: one.sizes()["responseBodySize"] for one in finished if is_found(one)}
    ours = {url: size for url, size in sizes.items() if "/q/" not in url or url.endswith("/q/7")}
    assert 4 <= len(ours) <= 8, "the page, two style sheets, the scripts; what is fetched ahead comes later"
    assert sum(ours.values()) <= LARGEST_STAKEHOLDER_PAGE


def test_the_policy_is_in_force(visit: Opener, faults: list[str]) -> None:
    """A script from elsewhere or inside the page is stopped, so silence in the other tests means something."""
    page = visit()
    page.goto("/login")
    page.evaluate("""() => {
        const inline = document.createElement('script');
        inline.textContent = 'window.ran = true';
        document.head.append(inline);
        const foreign = document.createElement('img');
        foreign.src = 'http://127.0.0.2:9/pixel.png';
        document.body.append(foreign);
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in fault for fault in faults) == 2
    faults.clear()
