"""Statements of the labelers' path: errors are SQLAlchemy's, and a lost connection is replaced."""

import postgres
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import Database
from labeler.kit.errors import Unavailable
from labeler.kit.outbox import PUT, outbox

READ = CompiledStatement(sa.select(outbox.c.id, outbox.c.payload, outbox.c.created_at).order_by(outbox.c.id))
NUMBERS = CompiledStatement(sa.select(sa.literal(0.5, sa.Float).label("a"), sa.literal(1.25, sa.Float).label("b")))
BROKEN = CompiledStatement(sa.select(sa.column("nothing")).select_from(sa.table("nowhere")))
ROW = {"name": 'it\'s 100% "done"', "project_id": None, "payload": {"%s": [1, None, "é"]}}


def test_rows_come_back_as_they_went_in(db: Database) -> None:
    db.write(lambda tx: PUT(tx, **ROW))
    row = db.read(READ.one)
    assert row.payload == ROW["payload"] and row.created_at.utcoffset().total_seconds() == 0
    assert db.read(NUMBERS.one)[:2] == (0.5, 1.25)
    assert row.created_at == db.read(lambda tx: tx.execute(sa.select(outbox.c.created_at)).scalar_one())


def test_errors_are_those_of_sqlalchemy(db: Database) -> None:
    with pytest.raises(IntegrityError):
        db.write(lambda tx: PUT(tx, **{**ROW, "name": None}))
    with pytest.raises(DBAPIError):
        db.read(BROKEN)
    db.write(lambda tx: PUT(tx, **ROW))
    assert len(db.read(READ)) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"] if postgres.find_bin() else [])
def test_a_lost_connection_is_told_and_replaced(db: Database, database_kind: str) -> None:
    def killed(tx: sa.Connection) -> None:
        own = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with db.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({own})")
        PUT(tx, **ROW)

    with pytest.raises(Unavailable):
        db.write(killed)
    db.write(lambda tx: PUT(tx, **ROW))
    assert len(db.read(READ)) == 1
