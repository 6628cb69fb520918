"""Which label of each labeler on an item is in force, and how many labels the item still needs."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.columns import Id
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import insert_for
from labeler.labels.tables import current_labels
from labeler.projects.access import Project

_others = (
    sa.select(sa.func.count())
    .select_from(current_labels)
    .where(
        current_labels.c.item_id == bindparam("item"),
        current_labels.c.labeler_id != bindparam("labeler"),
        current_labels.c.counted,
    )
    .scalar_subquery()
)
_left = bindparam("wanted", type_=sa.Integer) - _others
_recount = (
    sa.update(items)
    .where(items.c.id == bindparam("item"))
    .values(needed=sa.case((_left > 0, _left), else_=0))
    .returning(items.c.needed, _others.label("others"))
)
_drop = sa.delete(current_labels).where(
    current_labels.c.item_id == bindparam("item"), current_labels.c.labeler_id == bindparam("labeler")
)


def _set(dialect: str) -> Any:
    values = {
        "item_id": bindparam("item", type_=Id),
        "labeler_id": bindparam("labeler", type_=Id),
        "project_id": bindparam("project", type_=Id),
        "label_id": bindparam("label", type_=Id),
        "counted": bindparam("counted", type_=sa.Boolean),
    }
    insert = insert_for(dialect, current_labels).values(values)
    changed = {"label_id": insert.excluded.label_id, "counted": insert.excluded.counted}
    return insert.on_conflict_do_update(index_elements=["item_id", "labeler_id"], set_=changed)


SET, DROP, RECOUNT = CompiledStatement(_set("sqlite")), CompiledStatement(_drop), CompiledStatement(_recount)
# PostgreSQL does both at once: the count leaves the labeler's own label out, so it need not see the other half.
SET_AND_RECOUNT = CompiledStatement(_recount.add_cte(_set("postgresql").cte("kept")))
DROP_AND_RECOUNT = CompiledStatement(_recount.add_cte(_drop.cte("dropped")))


def make_current(
    tx: Connection, project: Project, labeler_id: int, item_id: int, label_id: int | None, counted: bool
) -> Any:
    """Let the labeler's label on the item be this one (None: none); counted: whether it counts.

    Returns the row `needed`, how many labels the item still needs, and `others`, how many that count others have given.
    The item's row must be locked: a count that was taken before may miss a label that was given at the same time.
    """
    mine = int(counted and label_id is not None)
    about = {"item": item_id, "labeler": labeler_id, "wanted": project.settings.overlap - mine}
    new = {"project": project.id, "label": label_id, "counted": counted}
    if tx.dialect.name != "sqlite":
        return DROP_AND_RECOUNT.one(tx, **about) if label_id is None else SET_AND_RECOUNT.one(tx, **about, **new)
    if label_id is None:
        DROP(tx, item=item_id, labeler=labeler_id)
    else:
        SET(tx, item=item_id, labeler=labeler_id, **new)
    return RECOUNT.one(tx, **about)
