"""Keeping what models elsewhere predict, and showing it where no model of this service has a suggestion."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.imports.tables import outside_predictions
from labeler.items.content import ItemRow
from labeler.kit.columns import MICROSECOND, Timestamp, among, clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import upsert
from labeler.projects.access import Project

OF_ITEM = CompiledStatement(
    sa.select(outside_predictions.c.value, outside_predictions.c.score, outside_predictions.c.model)
    .where(outside_predictions.c.item_id == bindparam("item"))
    .order_by(outside_predictions.c.created_at.desc(), outside_predictions.c.import_id.desc())
    .limit(1)
)


def keep_predictions(
    tx: Connection, project: Project, rows: Sequence[ItemRow], ids: Mapping[str, int], import_id: int | None
) -> None:
    """ids: the items' by key; rows of other keys are passed over. Of several predictions the surest is kept, and a
    newer import's is shown instead of an older one's."""
    best: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row.suggested and row.key in ids:
            one = max(row.suggested, key=lambda given: given.score if given.score is not None else -1.0)
            best[ids[row.key]] = {
                "item_id": ids[row.key],
                "project_id": project.id,
                "value": one.value,
                "score": one.score,
                "model": one.model,
                "import_id": import_id or 0,
            }
    if not best:
        return
    insert = upsert(tx, outside_predictions).values(created_at=_after_all(tx, list(best)))
    changed = {name: insert.excluded[name] for name in ("value", "score", "model", "created_at")}
    tx.execute(insert.on_conflict_do_update(index_elements=["item_id", "import_id"], set_=changed), list(best.values()))


def _after_all(tx: Connection, item_ids: list[int]) -> datetime:
    """Now, or just after the last prediction of these items: the newest is shown, also where the clock was set back."""
    last = sa.select(sa.func.max(outside_predictions.c.created_at))
    known: datetime | None = tx.execute(last.where(among(outside_predictions.c.item_id, json.dumps(item_ids)))).scalar()
    now: datetime = tx.execute(sa.select(sa.type_coerce(clock(), Timestamp))).scalar_one()
    return now if known is None else max(now, known + MICROSECOND)


def outside_suggestion(tx: Connection, item_id: int) -> dict[str, Any] | None:
    """As the queue hands it out: {value, proba (of that value alone), model}."""
    row = OF_ITEM.one(tx, item=item_id)
    if row is None:
        return None
    proba = {} if row.score is None or isinstance(row.value, list) else {str(row.value): row.score}
    return {"value": row.value, "proba": proba, "model": row.model or "outside"}
