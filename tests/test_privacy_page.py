"""docs/privacy.md says what the code does."""

from pathlib import Path

from app.actionplan.adoption.rules import NAMES_LAST as READERS_NAMES_LAST
from app.actionplan.evidence.interviewing import NAMES_LAST
from app.actionplan.proposals.rules import ADDRESS_KEPT_DAYS, CONFIRMED_WITHIN_DAYS, LONGEST_WAIT_DAYS
from app.retention import MAILS_LAST, TRACES_LAST
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.authoring.schemas import SettingsIn

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_figures() -> None:
    field = SettingsIn.model_fields["min_group_size"]
    assert (field.default, [rule.ge for rule in field.metadata if hasattr(rule, "ge")]) == (5, [3])
    assert "five by default, never under three" in PAGE
    assert MAILS_LAST.days == 90
    assert "the rest 90 days" in PAGE
    assert TRACES_LAST.days == 1
    assert "| a day |" in PAGE
    assert NAMES_LAST.days == 365
    assert "the name a year after the day" in PAGE
    assert READERS_NAMES_LAST.days == 365
    assert "names a year after the link has ended" in PAGE
    assert (ADDRESS_KEPT_DAYS, CONFIRMED_WITHIN_DAYS, LONGEST_WAIT_DAYS) == (30, 7, 730)
    assert "30 days after the outcome" in PAGE
    assert "seven days" in PAGE
    assert "two years" in PAGE


def test_every_table_about_people_is_named() -> None:
    for table in ("invitation", "respondent", "answer", "consent_text", "person", "membership", "history_entry"):
        assert f"`{table}`" in PAGE
    for table in ("outbox_message", "attempt", "kept_address", "suggestion", "shared_reason", "idea"):
        assert f"`{table}`" in PAGE
    for table in ("interview", "interview_stance", "workshop", "workshop_vote", "stance_state", "opinion_snapshot"):
        assert f"`{table}`" in PAGE
    for table in ("mail_refusal", "minutes_count", "proposal", "proposal_author", "stance", "unconfirmed_sending"):
        assert f"`{table}`" in PAGE
    for table in (
        "comment",
        "mention",
        "amendment",
        "reply",
        "reply_page",
        "initiative_draft",
        "initiative_step",
        "wall_opinions",
        "rank_basis",
        "decision",
        "declared_interest",
        "plan",
        "plan_item",
        "scenario",
        "scenario_draft",
        "plan_job",
        "plan_share",
        "plan_comment",
        "plan_ballot",
        "plan_vote",
        "plan_interest",
        "plan_edition",
        "report",
        "report_file",
        "report_setting",
        "methods_answer",
        "figure_file",
        "figure_drawing",
        "results_release",
        "results_request",
        "milestone",
        "progress_report",
        "gate_decision",
        "indicator_reading",
        "risk",
        "risk_assessment",
        "year_review",
        "milestone_mail",
        "quiet_plan",
        "indicator",
        "indicator_version",
        "indicator_stand",
        "region_reading",
        "programme",
        "programme_version",
        "programme_mapping",
        "result_chain",
        "result_chain_version",
        "contribution_statement",
    ):
        assert f"`{table}`" in PAGE


def test_nothing_about_machines_is_kept_with_answers() -> None:
    columns = {column for table in (Respondent, Response, Answer) for column in table.model_fields}
    assert {column for column in columns if "address" in column or "agent" in column or column.endswith("_at")} == set()
