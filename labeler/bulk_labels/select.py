"""Which items a bulk labels: those that are meant, without an answer, outside of the holdout.

Models are judged on what people say of the holdout, and answers of people stand.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.bulk_labels.account import ID
from labeler.insight.removal import wanted
from labeler.items.tables import items, present
from labeler.kit.columns import among
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.labels.tables import current_labels
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.wire.bulk_labels import BulkIn, BulkPlan
from labeler.wire.removal import RemovalIn


def like_ids(db: Database, settings: Settings, project: Project, body: BulkIn) -> list[int] | None:
    """The items that a model's files tell of; None where the database knows alone. Raises as `nearest_items`."""
    if body.like is None:
        return None
    from labeler.insight.similar import nearest_items  # brings SciPy along: not at every start

    near = nearest_items(db, settings, project, body.like, body.n)
    own = sa.select(items.c.id).where(present(project.id), items.c.key == body.like)
    return [int(db.read(lambda tx: tx.execute(own).scalar_one())), *near]


def meant(tx: Connection, project: Project, asked: Mapping[str, Any]) -> Iterator[Any]:
    """Statements that find the ids of all items that are meant. asked: `where`, `keys` or `ids`."""
    if "ids" in asked:
        ids = orjson.dumps(asked["ids"]).decode()
        yield sa.select(items.c.id).where(present(project.id), among(items.c.id, ids))
    else:
        which = {"search": asked["where"]} if "where" in asked else {"keys": asked["keys"]}
        yield from wanted(tx, project, RemovalIn(**which))


def labelable(statement: Any) -> Any:
    """Those of them that get the label, by id."""
    answered = sa.exists(sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id))
    bulk = sa.select(sa.literal(1)).where(current_labels.c.item_id == items.c.id, current_labels.c.labeler_id == ID)
    found = sa.select(items.c.id).where(items.c.id.in_(statement.order_by(None)), items.c.split == "train")
    return found.where(sa.not_(answered), sa.not_(sa.exists(bulk))).order_by(items.c.id)


def plan(tx: Connection, project: Project, asked: Mapping[str, Any], check: int) -> BulkPlan:
    found = taken = 0
    for statement in meant(tx, project, asked):
        found += _count(tx, statement.order_by(None))
        taken += _count(tx, labelable(statement).order_by(None))
    return BulkPlan(found=found, items=taken, left_out=found - taken, check=check)


def _count(tx: Connection, statement: Any) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(statement.subquery())).scalar_one())
