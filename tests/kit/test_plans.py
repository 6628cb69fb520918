"""What the API writes on PostgreSQL is planned once, and walks along indexes.

Why: docs/decisions/0031-plans-of-postgresql.md
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import postgres
import pytest
import sqlalchemy as sa

from labeler.kit.compiled import CompiledStatement, _Compiled
from labeler.kit.config import Settings
from labeler.kit.db import LOCK, Database
from labeler.labels import current, submit
from labeler.quality import fits, overlap
from labeler.queue import answer, blind_items, campaign_items, candidates, gold_items, leases, second_opinions, trainees
from labeler.standings import finding
from labeler.standings import training as training_of_people
from labeler.terms import limits
from labeler.training import trigger

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"] if postgres.find_bin() else [])

KEYS = [key for key in candidates.CANDIDATES if key[1] == "postgresql"]
HEADS = [
    statement for key in KEYS for statement, _ in (*candidates.CANDIDATES[key], *candidates.beside_assignments(*key))
]
HEADS += [
    statement
    for single, kind, skilled in candidates.BLIND
    if kind == "postgresql"
    for statement in candidates.assigned(single, kind, skilled)
]
ON_THE_PATH = [
    *HEADS,
    leases.HELD_AND_DROP,
    second_opinions.IN_FORCE,
    answer.END_LEASE,
    answer.DROP_ENTRIES,
    answer.DROP_IF_DONE,
    *(statement for key, statement in candidates.BLIND.items() if key[1] == "postgresql"),
    *(candidates.blind_beside_assignments(*key) for key in candidates.BLIND if key[1] == "postgresql"),
    *gold_items.UNSEEN.values(),
    blind_items.DROP,
    trainees.ITEM,
    finding.FIND,
    finding.LOCKED["postgresql"],
    *training_of_people.DRAW.values(),
    training_of_people.LABELED,
    limits.FIND,
    limits.SINCE,
    limits.EVER,
    campaign_items.GROUPS,
    campaign_items.ASKED,
    fits.FIND,
    *overlap.NEED.values(),
    submit.FIND_ITEM["postgresql"],
    submit.FIND_REPEATED,
    submit.DROP_ASIDE,
    *current.TOGETHER.values(),
    trigger.NEW_LABELS,
]


@pytest.fixture
def writing(settings: Settings) -> Iterator[Database]:
    database = Database(settings, group_commit=True)
    yield database
    database.close()


def plan_of(tx: sa.Connection, statement: CompiledStatement) -> str:
    compiled = _Compiled(statement.statement, tx.dialect, ())
    places: dict[str, str] = {}
    sql = re.sub(r"%\((\w+)\)s", lambda found: places.setdefault(found[1], f"${len(places) + 1}"), compiled.sql)
    tx.exec_driver_sql(f"PREPARE looked_at AS {sql}")
    plan = tx.exec_driver_sql(f"EXPLAIN EXECUTE looked_at ({', '.join(['NULL'] * len(places))})").scalars()
    tx.exec_driver_sql("DEALLOCATE looked_at")
    return "\n".join(plan)


def test_no_statement_of_the_labelers_path_reads_a_table_from_its_start_or_sorts_a_ranking(writing: Database) -> None:
    plans = {statement: writing.write(plan_of, statement) for statement in ON_THE_PATH}
    assert all(" Scan" in plan for plan in plans.values())
    assert not [plan for plan in plans.values() if "Seq Scan" in plan]
    assert not [plans[statement] for statement in HEADS if "Sort" in plans[statement]]


def prepared(tx: sa.Connection) -> int:
    return int(tx.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one())


def test_reads_and_writes_keep_what_was_planned(writing: Database) -> None:
    look = CompiledStatement(sa.select(sa.literal(1).label("one")))
    for _ in range(200):  # a few, but the watch may hold the connection that had them
        writing.read(look.one)
        writing.write(LOCK[True].one, name="plans", number=1)
        if writing.read(prepared) > 0 and writing.write(prepared) > 0:
            return
    raise AssertionError("nothing is kept")


def test_a_server_that_was_restarted_is_noticed_without_an_error(writing: Database) -> None:
    calls: list[Any] = [writing.read, writing.write]
    for call in calls:
        call(prepared)
    gone = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
    others = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    with sa.create_engine(writing.settings.url, poolclass=sa.NullPool).connect() as outside:
        mine = outside.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        outside.execute(sa.text(f"{gone} AND pid <> {mine}"))
        while outside.execute(others).scalar_one() > 1:
            outside.rollback()
            time.sleep(0.01)
    for call in calls:
        call(prepared)
