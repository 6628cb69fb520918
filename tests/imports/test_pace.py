"""An import leaves the writer to others while they write, too."""

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.imports.pace import FEW_ROWS, PAUSE_SECONDS, ROWS, Pace
from labeler.kit.config import Settings
from labeler.kit.db import Database


def touch(tx: Connection) -> None:
    tx.execute(sa.text("CREATE TABLE IF NOT EXISTS touched (n INTEGER)"))
    tx.execute(sa.text("INSERT INTO touched VALUES (1)"))


def test_it_pauses_for_those_who_write_again_and_again(settings: Settings, database_kind: str) -> None:
    ours, others = Database(settings), Database(settings)
    pace = Pace()

    def batch(tx: Connection) -> None:
        pace.look(tx)
        touch(tx)

    def pauses(crowd: bool) -> list[tuple[int, float]]:
        found = []
        for _ in range(4):
            ours.write(batch)
            found.append((pace.rows, pace.pause(0.04)))
            if crowd:
                others.write(touch)
        return found

    try:
        alone = [(ROWS, PAUSE_SECONDS)] * 4
        assert pauses(crowd=False) == alone
        assert pauses(crowd=True) == ([*alone[:2], *[(FEW_ROWS, 0.04)] * 2] if database_kind == "sqlite" else alone)
        assert pauses(crowd=False)[1:] == alone[1:]
    finally:
        ours.close()
        others.close()


@pytest.mark.one_database
def test_a_pause_is_never_long(settings: Settings) -> None:
    pace = Pace()
    pace._in_a_row = 5
    assert pace.pause(3.0) <= 0.1
