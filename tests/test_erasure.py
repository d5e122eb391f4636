"""Erasing a person leaves no trace; retention deletes what has reached the end of its time, and nothing else."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from app.actionplan.discussion.amending import Judgement, Proposed, decide_amendment, propose_amendment
from app.actionplan.discussion.commenting import assign_comment, write_comment
from app.actionplan.discussion.models import Comment, Mention, Reply
from app.actionplan.discussion.replying import find_said, save_reply
from app.actionplan.discussion.schemas import CommentIn
from app.actionplan.drafting.models import InitiativeDraft
from app.actionplan.initiatives.models import Initiative
from app.actionplan.proposals.models import Proposal, ProposalAuthor, Stance, UnconfirmedSending
from app.actionplan.proposals.rules import LONGEST_WAIT_DAYS
from app.actionplan.proposals.sending import Sender, confirm, send_proposal, take_stance
from app.consensus.service import close_round
from app.core.clock import now, today
from app.core.errors import Conflict
from app.core.settings import Settings
from app.erasure import erase_person, export_person
from app.history.queries import verify_history
from app.mail.service import queue_mail
from app.people.models import Person
from app.people.queries import find_actor, operator
from app.people.service import create_person
from app.retention import run_retention
from app.surveys.answering.models import Answer, MinutesCount, Respondent
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.answering.sitting import count_sitting
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Invitation, Suggestion
from app.surveys.rounds.queries import list_rounds
from app.surveys.rounds.service import invite
from app.surveys.rounds.suggesting import suggest_colleague
from tests.actionplan.proposals import BUSES, mails_to, open_wall, propose, read, token_in
from tests.make import SECRET, Cast, answer, make_open_survey, make_response, sign_in, small_survey_file

CANARY = "zqcanaryqz"


def plant(session: Session, engine: Engine, client: TestClient) -> Person:
    """Somebody with an account, an invitation, answers and mails, whose name is nowhere else."""
    home = operator(session)
    person = create_person(session, home, email=f"{CANARY}@example.org", role="manager", name=CANARY.title())
    survey = make_open_survey(session)
    other, _ = invite(session, home, survey, email="other@example.org", helix="industry")
    suggest_colleague(session, other, f"{CANARY}@example.org")
    invitation, token = invite(session, home, survey, email=f"{CANARY}@example.org", helix="industry")
    start = StartIn(consent=True, helix="industry", language="en")
    response, own = start_response(
        session,
        survey,
        start,
        consent=Consent("en", "Words"),
        invitation=invitation,
        token=answer_token(SECRET, token),
    )
    queue_mail(session, kind="test", recipient=person.email, subject=CANARY, body=CANARY)
    session.commit()
    answer(engine, response, own, {"I1.impact": 4})
    sign_in(client, session, person)
    client.post("/account/keys", data={"csrf": "x", "name": CANARY})
    speak(session, person)
    return person


def speak(session: Session, person: Person) -> None:
    """Let the person say something about an initiative that is answered with a quote, and be assigned and mentioned."""
    initiative = session.exec(select(Initiative)).first()
    own = find_actor(session, person)
    assert initiative
    assert own
    said = CommentIn(text="Who pays?", mentions=[person.id], may_quote=True)
    comment = write_comment(session, own, initiative.id, said, form_key="one", address="")
    assign_comment(session, own, initiative.id, comment.id, to_id=person.id, due_on=None, revision=0, address="")
    quoted = find_said(session, operator(session), "comment", comment.id)
    save_reply(
        session,
        operator(session),
        quoted,
        retold={},
        is_quote=True,
        outcome="noted",
        text={"en": "We do."},
        revision=0,
    )
    typed = {"rationale": "Half a sentence"}
    session.add(
        InitiativeDraft(
            initiative_id=initiative.id, person_id=person.id, part="why", base_digest="", typed=typed, kept_at=now()
        )
    )
    proposed = Proposed("title.en", "", "Other words", "They are clearer.", None, may_name=True, may_quote=False)
    amendment = propose_amendment(session, own, initiative.id, proposed, form_key="two")
    judged = Judgement("accepted", "", "", None, "")
    decide_amendment(session, operator(session), initiative.id, amendment.id, judged, address="")
    session.commit()


def places(engine: Engine, folder: Path) -> list[str]:
    """Where the canary is found: tables, and with SQLite the very bytes of its files."""
    tables = MetaData()
    tables.reflect(engine)
    found: list[str] = []
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            lines = connection.execute(text(f'SELECT * FROM "{table.name}"'))
            found += [table.name for line in lines if CANARY in str(line).lower()]
    for file in folder.rglob("*"):
        if file.is_file() and CANARY.encode() in file.read_bytes().lower():
            found.append(file.name)
    return found


def test_an_erased_person_leaves_no_trace(
    session: Session,
    engine: Engine,
    client: TestClient,
    tmp_path: Path,
    cast: Cast,
    capfd: pytest.CaptureFixture[str],
) -> None:
    person = plant(session, engine, client)
    assert {"initiative_version", "person", "invitation", "suggestion", "outbox_message"} <= set(
        places(engine, tmp_path)
    )
    exported = json.dumps(export_person(session, person.email, secret=SECRET))
    assert CANARY in exported
    assert '"I1.impact": 4' in exported
    assert "Who pays?" in exported
    assert "Half a sentence" in exported
    key = person.id
    session.commit()
    said = io.StringIO()
    with redirect_stdout(said):
        report = erase_person(engine, person.email, secret=SECRET)
    session.expire_all()
    assert report["erased"]["accounts"] == report["erased"]["invitations"] == 1
    assert report["erased"]["answers"] == 1
    session.commit()
    assert places(engine, tmp_path) == []
    assert CANARY not in said.getvalue()
    logged = capfd.readouterr()
    assert CANARY not in logged.out + logged.err, "logs name no address"
    assert verify_history(session) is None
    assert session.get_one(Person, key).disabled_at, "what they decided stays, under nobody's name"
    comment = session.exec(select(Comment)).one()
    assert (comment.text, comment.assigned_to_id) == ("Who pays?", None), "what they said stays, under nobody's name"
    assert session.exec(select(Mention)).all() == []
    assert session.exec(select(Reply)).one().said == {}, "and is quoted to nobody"
    assert export_person(session, f"{CANARY}@example.org", secret=SECRET)["account"] is None


def test_the_last_administrator_is_not_erased(session: Session, engine: Engine, cast: Cast) -> None:
    email = cast.alba.email
    session.commit()
    with pytest.raises(Conflict):
        erase_person(engine, email, secret=SECRET)
    assert session.exec(select(Person).where(Person.email == email)).one()


def test_answers_are_deleted_when_their_months_are_over(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    for _ in range(5):
        response, token = make_response(session, survey)
        answer(engine, response, token, {"I1.impact": 4})
    guest, _ = invite(session, operator(session), survey, email="guest@example.org")
    suggest_colleague(session, guest, "named@example.org")
    count_sitting(session, list_rounds(session, survey.id)[0].id, 9)
    close_round(session, operator(session), survey)
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"] == {}
    [closed] = list_rounds(session, survey.id)
    closed.closed_at = now() - timedelta(days=31 * survey.retention_months)
    session.add(closed)
    session.commit()
    dry = run_retention(engine, is_dry_run=True)
    assert dry["deleted"] == {"respondents": 5, "invitations": 1}
    assert dry["surveys"][0]["due"] is True
    assert len(session.exec(select(Respondent)).all()) == 5
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"] == {"respondents": 5, "invitations": 1}
    for table in (Respondent, Answer, Invitation, Suggestion, MinutesCount):
        assert session.exec(select(table)).all() == []
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"] == {}
    assert verify_history(session) is None


def test_one_survey_that_cannot_expire_keeps_no_other(session: Session, engine: Engine) -> None:
    kept: list[str] = []
    for key in ("first", "second"):
        survey = make_open_survey(session, small_survey_file(survey_id=key))
        response, token = make_response(session, survey)
        answer(engine, response, token, {"I1.impact": 4})
        close_round(session, operator(session), survey)
        [closed] = list_rounds(session, survey.id)
        closed.closed_at = now() - timedelta(days=31 * survey.retention_months + 31)
        session.add(closed)
        session.commit()
        kept.append(survey.id.hex if engine.dialect.name == "sqlite" else str(survey.id))
    session.commit()
    if engine.dialect.name == "sqlite":
        refuse = [
            f"CREATE TRIGGER refuse BEFORE DELETE ON respondent WHEN OLD.survey_id = '{kept[0]}'"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ]
    else:
        refuse = [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'",
            f"CREATE TRIGGER refuse BEFORE DELETE ON respondent FOR EACH ROW WHEN (OLD.survey_id = '{kept[0]}')"
            " EXECUTE FUNCTION refuse()",
        ]
    with engine.begin() as connection:
        for statement in refuse:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="refused"):
        run_retention(engine, is_dry_run=False)
    [left] = read(session, select(Respondent))
    assert left.survey_id == session.exec(select(Survey.id).where(Survey.external_id == "first")).one()
    assert len(read(session, select(Answer))) == 1, "nothing of it went"


def test_what_was_sent_to_a_wall_stays_without_its_author(
    session: Session, engine: Engine, settings: Settings, client: TestClient, tmp_path: Path
) -> None:
    wall, email = open_wall(session), f"{CANARY}@example.org"
    proposal = propose(session, settings, wall, email=email)
    proposal.author_name, proposal.shown_on = CANARY, proposal.created_on
    session.add(proposal)
    session.commit()
    sender = Sender("en", email=email)
    take_stance(session, settings, proposal, wall, sender, is_for=True, because="", key="a key")
    confirm(session, settings, token_in(mails_to(session, email)[-1].body))
    take_stance(session, settings, proposal, wall, sender, is_for=False, because="", key="another")
    exported = export_person(session, email, secret=SECRET)["sent_to_walls"]
    assert [one["title"] for one in exported["proposals"]] == [proposal.title]
    assert [one["supports"] for one in exported["voices"]] == [True]
    assert [one["is_for"] for one in exported["unconfirmed"]] == [False]
    session.commit()
    report = erase_person(engine, email, secret=SECRET)["erased"]
    assert (report["proposals_unlinked"], report["voices"], report["unconfirmed_sendings"]) == (1, 1, 1)
    assert places(engine, tmp_path) == []
    [left] = read(session, select(Proposal))
    assert (left.title, left.author_name) == (proposal.title, "")
    assert read(session, select(ProposalAuthor)) == read(session, select(Stance)) == []


def test_authors_and_what_nobody_confirmed_are_deleted_in_time(
    session: Session, engine: Engine, settings: Settings
) -> None:
    wall = open_wall(session)
    told, waiting, forgotten = (
        propose(session, settings, wall, email=f"{name}@example.org") for name in ("a", "b", "c")
    )
    send_proposal(session, settings, wall, BUSES, Sender("en", email="d@example.org"), key="a key")
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"] == {}
    author = session.exec(select(ProposalAuthor).where(ProposalAuthor.proposal_id == told.id)).one()
    author.delete_on = today() - timedelta(days=1)
    forgotten.created_on = today() - timedelta(days=LONGEST_WAIT_DAYS + 1)
    unconfirmed = session.exec(select(UnconfirmedSending)).one()
    unconfirmed.expires_on = today() - timedelta(days=1)
    session.add_all([author, forgotten, unconfirmed])
    session.commit()
    due = {"unconfirmed_sendings": 1, "proposal_authors": 2}
    assert run_retention(engine, is_dry_run=True)["deleted"] == due
    assert run_retention(engine, is_dry_run=False)["deleted"] == due
    [left] = read(session, select(ProposalAuthor))
    assert left.proposal_id == waiting.id
    assert len(read(session, select(Proposal))) == 3


def test_the_commands(tmp_path: Path) -> None:
    surroundings = {"INNAXE_DATA_DIR": str(tmp_path), "PATH": "/usr/bin"}

    def run(*words: str, expect: int = 0) -> Any:
        program = Path(sys.executable).with_name("innaxe")
        done = subprocess.run([program, *words], env=surroundings, capture_output=True, text=True)
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stderr

    run("migrate")
    run("user", "create", "--email", "ada@example.org", "--role", "admin")
    run("user", "create", "--email", "eve@example.org", "--role", "editor")
    head = run("history", "head")
    anchor = tmp_path / "anchor.json"
    anchor.write_text(json.dumps(head))
    assert run("history", "verify", "--anchor", str(anchor)) == {"entries": 2, "first_bad": None}
    assert run("privacy", "export", "--email", "eve@example.org")["account"]["name"] == "eve"
    assert run("privacy", "erase", "--email", "eve@example.org")["erased"]["accounts"] == 1
    assert run("outbox", "status", "--json") == {"queued": 0, "sent": 0, "failed": 0, "reasons": {}}
    assert run("retention", "run", "--dry-run")["dry_run"] is True
    done = dict.fromkeys(("closed", "promised", "sent", "corrected", "deleted", "drawn", "solved", "written"), 0)
    assert run("worker", "--once") == done
    anchor.write_text(json.dumps({"seq": 2, "hash": "0" * 64}))
    assert run("history", "verify", "--anchor", str(anchor), expect=7) is not None
