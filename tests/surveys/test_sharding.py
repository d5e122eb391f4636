"""The tables of answers on a PostgreSQL that is parted by their keys, as a sharded one would be (decision 50)."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from sqlalchemy import Engine, ForeignKeyConstraint, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint, text
from sqlalchemy.exc import NotSupportedError
from sqlalchemy.schema import AddConstraint
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.core.db import CONSTRAINT_NAMES, Row, for_writing, make_engine
from app.people.queries import operator
from app.surveys.answering.counting import differences
from app.surveys.answering.models import Answer, PointCount, Respondent, Response
from app.surveys.answering.queries import get_owned_response
from app.surveys.answering.saves import Save, Saved, StaleSave
from app.surveys.answering.service import reopen_response, withdraw
from app.surveys.answering.statements import KEPT, STATE
from app.surveys.answering.store import Store
from app.surveys.rounds.service import open_round
from tests.make import HELICES, import_few_initiatives, make_response, make_survey_of, send, small_survey_file
from tests.postgres import Postgres

DISTRIBUTED = {
    "respondent": "id",
    "response": "id",
    "answer": "response_id",
    "shared_reason": "response_id",
    "idea": "response_id",
    "point_count": "round_id",
    "minutes_count": "round_id",
}
"""The tables that grow with those who answer, and the column that says where a row lies."""
BY_RESPONSE = {"response", "answer", "shared_reason", "idea"}
"""Those that lie together: all of a response in one place."""
REPLICATED = {"survey", "round", "consent_text", "invitation"}
"""Those of which each place has a copy, as they change seldom."""
UNMET = {
    "pk_shared_reason",
    "uq_respondent_survey_id_code",
    "uq_respondent_survey_id_idempotency_key",
    "uq_respondent_invitation_id",
    "uq_respondent_token_hash",
    "uq_respondent_second_token_hash",
    "uq_response_respondent_id_round_id",
    "uq_response_receipt_hash",
    "pk_idea",
}
"""Keys that cannot be held across places, and what keeps them true without: decision 50 says what each would cost."""
ACROSS = {"fk_response_respondent_id_respondent"}
"""References from one place to another."""
PARTED = ("respondent", "response", "answer", "point_count", "minutes_count")


def tables() -> dict[str, Table]:
    return {name: Row.metadata.tables[name] for name in DISTRIBUTED}


def test_every_key_holds_the_column_that_places_its_row_but_for_those_named() -> None:
    unmet = {
        str(one.name)
        for name, table in tables().items()
        for one in table.constraints
        if isinstance(one, PrimaryKeyConstraint | UniqueConstraint) and DISTRIBUTED[name] not in one.columns
    }
    assert unmet == UNMET


def test_references_stay_in_one_place_or_lead_to_a_copy_but_for_those_named() -> None:
    across: set[str] = set()
    for name, table in tables().items():
        for one in table.constraints:
            if not isinstance(one, ForeignKeyConstraint) or one.referred_table.name in REPLICATED:
                continue
            own = [element.parent.name for element in one.elements]
            is_together = {name, one.referred_table.name} <= BY_RESPONSE and own == [DISTRIBUTED[name]]
            if not is_together and one.referred_table.name in DISTRIBUTED:
                across.add(str(one.name))
    assert across == ACROSS


def test_no_other_table_refers_to_one_that_is_parted() -> None:
    others = {
        table.name
        for table in Row.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in DISTRIBUTED
    }
    assert others <= {*DISTRIBUTED}


@pytest.fixture
def plain(postgres: Postgres) -> Iterator[Engine]:
    postgres.execute("CREATE DATABASE plain TEMPLATE tables STRATEGY FILE_COPY")
    engine = make_engine(postgres.address("plain"))
    yield engine
    engine.dispose()
    postgres.execute("DROP DATABASE plain WITH (FORCE)")


@pytest.fixture
def parted(postgres: Postgres) -> Iterator[Engine]:
    """A database whose tables of answers lie in four parts each, by the column that places their rows."""
    postgres.execute("CREATE DATABASE parted TEMPLATE tables STRATEGY FILE_COPY")
    engine = make_engine(postgres.address("parted"))
    part_tables(engine)
    yield engine
    engine.dispose()
    postgres.execute("DROP DATABASE parted WITH (FORCE)")


def part_tables(engine: Engine) -> None:
    copy = MetaData(naming_convention=CONSTRAINT_NAMES)
    for table in Row.metadata.tables.values():
        table.to_metadata(copy)
    with engine.begin() as connection:
        for name in PARTED:
            connection.execute(text(f"DROP TABLE {name} CASCADE"))
        for name in PARTED:
            table = copy.tables[name]
            table.dialect_options["postgresql"]["partition_by"] = f"HASH ({DISTRIBUTED[name]})"
            for one in [*table.constraints]:
                if one.name in UNMET:
                    table.constraints.remove(one)
            table.create(connection)
            for part in range(4):
                place = f"FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
                connection.execute(text(f"CREATE TABLE {name}_{part} PARTITION OF {name} {place}"))
        for name in ("shared_reason", "idea"):
            for one in copy.tables[name].constraints:
                if isinstance(one, ForeignKeyConstraint) and one.referred_table.name in PARTED:
                    connection.execute(AddConstraint(one))


def play(engine: Engine) -> dict[str, Any]:
    """A round from its opening to its closing: begin, save, change, overtake, send, take back, withdraw, close."""
    store, seen = Store(engine), dict[str, Any]()
    with Session(for_writing(engine), expire_on_commit=False) as session:
        import_few_initiatives(session)
        survey = make_survey_of(session, operator(session), small_survey_file()).survey
        open_round(session, operator(session), survey)
        session.commit()
        begun = [make_response(session, survey, helix=HELICES[number % 4]) for number in range(32)]
        codes = ("I1.impact", "I1.urgency", "I2.impact", "I3.urgency")
        for turn in range(2):
            outcomes = store.write(
                [
                    Save(response.id, (token,), code, (place + turn * (place % 3 + 1) + len(code)) % 5 + 1, turn)
                    for code in codes
                    for place, (response, token) in enumerate(begun)
                ]
            )
            seen[f"saved {turn}"] = [outcome.rev if isinstance(outcome, Saved) else outcome for outcome in outcomes]
        stale = store.write([Save(begun[0][0].id, (begun[0][1],), "I1.impact", None, 0)])[0]
        seen["stale"] = (stale.rev, stale.value) if isinstance(stale, StaleSave) else stale
        for response, token in begun[:20]:
            send(session, session.get_one(Response, response.id), token)
        reopen_response(session, begun[3][0].id, (begun[3][1],))
        _, leaving = get_owned_response(session, begun[5][0].id, (begun[5][1],))
        withdraw(session, survey, leaving)
        session.commit()
        assert differences(session) == {}
        counts = session.exec(select(PointCount.code, PointCount.helix, PointCount.point, PointCount.count)).all()
        seen["counts"] = sorted(map(tuple, counts))
        seen["people"] = len(session.exec(select(Respondent)).all()), len(session.exec(select(Answer.rev)).all())
        found = close_round(session, operator(session), survey).findings
        session.commit()
        seen["findings"] = {name: value for name, value in found.items() if name not in ("survey", "closed_at")}
    return seen


def test_the_same_acts_say_the_same_on_tables_in_parts(plain: Engine, parted: Engine) -> None:
    expected, found = play(plain), play(parted)
    assert found == expected
    assert found["stale"] == (2, 1)
    with parted.connect() as connection:
        for name in ("respondent", "response", "answer"):
            parts = connection.execute(text(f"SELECT count(DISTINCT tableoid) FROM {name}")).scalar_one()
            assert parts == 4, name


def test_the_database_refuses_the_keys_that_are_named(parted: Engine) -> None:
    for name in PARTED:
        for one in Row.metadata.tables[name].constraints:
            if isinstance(one, UniqueConstraint) and one.name in UNMET:
                columns = ", ".join(column.name for column in one.columns)
                with pytest.raises(NotSupportedError, match="partition"), parted.begin() as connection:
                    connection.execute(text(f"ALTER TABLE {name} ADD UNIQUE ({columns})"))


def test_what_a_save_reads_and_writes_of_answers_lies_in_one_part(parted: Engine) -> None:
    play(parted)
    with parted.connect() as connection:
        key = connection.execute(text("SELECT id FROM response LIMIT 1")).scalar_one()
        of_answers = touched(connection, KEPT + f"WHERE response_id = '{key}' AND answer.code = 'I1.impact'")
        of_state = touched(connection, STATE + f"WHERE response.id = '{key}'")
    assert len([one for one in of_answers if one.startswith("answer_")]) == 1
    assert len([one for one in of_state if one.startswith("response_")]) == 1


def touched(connection: Any, statement: str) -> set[str]:
    """The tables that the plan of a statement names."""
    plan = connection.execute(text("EXPLAIN (FORMAT JSON) " + statement)).scalar_one()

    def walk(node: dict[str, Any]) -> Iterator[str]:
        if "Relation Name" in node:
            yield node["Relation Name"]
        for below in cast("list[dict[str, Any]]", node.get("Plans", [])):
            yield from walk(below)

    return {*walk(plan[0]["Plan"])}
