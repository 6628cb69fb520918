"""Where a project stands: its model, what it learned from, and what came since."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.service import find_version
from labeler.drift.tables import drift_checks, drift_watches
from labeler.items.tables import items, present
from labeler.registry.service import live_model, newest_model
from labeler.wire.drift import FEWEST, USUAL_BAR


@dataclass(frozen=True)
class Standing:
    """model: its row; learned_until: the newest item that was there when it learned; last: the row of the last check
    of this model; new, unchecked: how many items came since it learned, and since that check."""

    model: Any
    learned_until: int
    last: Any
    new: int
    unchecked: int

    @property
    def after(self) -> int:
        """The newest item that the next check does not look at."""
        return self.learned_until if self.last is None else max(self.learned_until, int(self.last.until_item))

    @property
    def missing(self) -> int:
        return max(0, FEWEST - self.unchecked)


def standing_of(tx: Connection, project_id: int) -> Standing | None:
    """None: there is no model."""
    model = live_model(tx, project_id) or newest_model(tx, project_id)
    if model is None:
        return None
    learned_until = int(find_version(tx, project_id, model.version).marks["item"])
    mine = (drift_checks.c.project_id == project_id, drift_checks.c.model_id == model.id)
    newest = sa.select(drift_checks).where(*mine).order_by(drift_checks.c.id.desc()).limit(1)
    last = tx.execute(newest).one_or_none()
    found = Standing(model, learned_until, last, 0, 0)
    new, unchecked = (_came(tx, project_id, after) for after in (learned_until, found.after))
    return Standing(model, learned_until, last, new, unchecked)


def watch_of(tx: Connection, project_id: int) -> Any:
    """The row of what a project set, or None."""
    return tx.execute(sa.select(drift_watches).where(drift_watches.c.project_id == project_id)).one_or_none()


def bar_of(tx: Connection, project_id: int) -> float:
    row = watch_of(tx, project_id)
    return USUAL_BAR if row is None or row.bar is None else float(row.bar)


def _came(tx: Connection, project_id: int, after: int) -> int:
    newer = sa.select(sa.func.count()).select_from(items).where(present(project_id), items.c.id > after)
    return int(tx.execute(newer).scalar_one())
