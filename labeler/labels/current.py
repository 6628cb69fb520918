"""Recording a label: one more row of the history, which label of each labeler on an item is in force then, and how many
labels the item still needs."""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.columns import Id, clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import insert_for
from labeler.kit.entries import entry
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import BLINDLY, LLM, TRAINING, Project
from labeler.projects.tables import overlap_shares
from labeler.wire.projects import ProjectSettings


@dataclass(frozen=True)
class Recorded:
    """The row of the history. needed: how many labels the item still needs; others: how many that count others have
    given."""

    id: int
    created_at: datetime
    needed: int
    others: int


def is_counted(project: Project) -> Any:
    """The same as `Project.counts`, as a condition on a row of `labels`."""
    given: Any = sa.and_(labels.c.kind.in_(project.settings.counting), labels.c.source != TRAINING)
    for labeler_id, after in project.counting_llms.items():
        theirs = (labels.c.kind == LLM, labels.c.labeler_id == labeler_id, labels.c.id > after)
        given = sa.or_(given, sa.and_(*theirs, labels.c.source != BLINDLY))
    return given


SHARES = 1_000
"""The share of the items that several people label is drawn in these steps, by a number that orders nothing else."""


def in_share(share: Any, field: Any = None) -> Any:
    """Whether several people label an item. share: of 1,000. field: the share may be larger for its value of this one
    (`projects/strata.py`): what is in the database says so, so that none is used after it was replaced."""
    draw = items.c.shuffle % sa.literal_column(str(SHARES))
    if field is None:
        return draw < share
    here = (overlap_shares.c.project_id == items.c.project_id, overlap_shares.c.value == entry(items.c.metadata, field))
    return sa.or_(
        draw < share, draw < sa.select(overlap_shares.c.share).where(*here).correlate(items).scalar_subquery()
    )


def wanted_of(overlap: Any, share: Any, field: Any = None) -> Any:
    """How many labels an item gets at first. overlap: of those in the share; others get one."""
    return sa.case((in_share(share, field), overlap), else_=sa.literal_column("1"))


WANTED = {
    stratifies: wanted_of(
        bindparam("overlap", type_=sa.Integer),
        bindparam("share", type_=sa.Integer),
        bindparam("field", type_=sa.Text) if stratifies else None,
    )
    for stratifies in (False, True)
}
"""For compiled statements, with the parameters of `wanted_by`: projects without strata pay nothing for them."""


def wanted_by(settings: ProjectSettings) -> dict[str, Any]:
    return {"overlap": settings.overlap, "share": settings.share_of_1000, "field": settings.drawn_by}


_item, _labeler = bindparam("item_id", type_=Id), bindparam("labeler_id", type_=Id)
_others = (
    sa.select(sa.func.count())
    .select_from(current_labels)
    .where(current_labels.c.item_id == _item, current_labels.c.labeler_id != _labeler, current_labels.c.counted)
    .scalar_subquery()
)


def _recount(stratifies: bool) -> Any:
    left = WANTED[stratifies] - bindparam("own", type_=sa.Integer) - _others
    return (
        sa.update(items)
        .where(items.c.id == _item)
        .values(needed=sa.case((left > 0, left), else_=0))
        .returning(items.c.needed, _others.label("others"))
    )


_drop = sa.delete(current_labels).where(current_labels.c.item_id == _item, current_labels.c.labeler_id == _labeler)
_KEPT = ("item_id", "labeler_id", "project_id", "label_id", "counted")


def _set(dialect: str, label_id: Any) -> Any:
    """Let the labeler's label on the item be this one."""
    project, counted = bindparam("project_id", type_=Id), bindparam("counted", type_=sa.Boolean)
    row = sa.select(_item, _labeler, project, label_id, counted)
    if dialect == "sqlite":  # its grammar takes "SELECT ... ON" for a join's condition
        row = row.where(sa.true())
    insert = insert_for(dialect, current_labels).from_select(_KEPT, row)
    changed = {"label_id": insert.excluded.label_id, "counted": insert.excluded.counted}
    return insert.on_conflict_do_update(index_elements=["item_id", "labeler_id"], set_=changed)


_insert = sa.insert(labels).values(created_at=clock()).returning(labels.c.id, labels.c.created_at)
INSERT = CompiledStatement(_insert)
SET = CompiledStatement(_set("sqlite", bindparam("label_id", type_=Id)))
DROP = CompiledStatement(_drop)
RECOUNT = {stratifies: CompiledStatement(_recount(stratifies)) for stratifies in (False, True)}


def _together(is_label: bool, stratifies: bool) -> CompiledStatement:
    """PostgreSQL does it all at once: the count leaves the labeler's own label out, so it need not see the rest."""
    values = {column.name: bindparam(column.name, type_=column.type) for column in labels.c if column.name in ROW}
    made = (
        sa.insert(labels).values(created_at=clock(), **values).returning(labels.c.id, labels.c.created_at).cte("made")
    )
    kept = _set("postgresql", sa.select(made.c.id).scalar_subquery()) if is_label else _drop
    new = (sa.select(made.c.id).scalar_subquery(), sa.select(made.c.created_at).scalar_subquery())
    recount = _recount(stratifies).returning(new[0].label("id"), new[1].label("created_at"))
    return CompiledStatement(recount.add_cte(made, kept.cte("kept")))


ROW = {column.name for column in labels.c} - {"id", "created_at", "import_id"}
TOGETHER = {key: _together(*key) for key in product((True, False), repeat=2)}


def record(tx: Connection, project: Project, row: dict[str, Any], counted: bool) -> Recorded:
    """Write a row of `labels`, which the labeler's label on the item is then (none, if it has no value).

    row: everything but `id` and `created_at`; counted: whether it counts. The item's row must be locked: a count that
    was taken before may miss a label that was given at the same time.
    """
    is_label = row["value"] is not None
    settings = project.settings
    stratifies = settings.drawn_by is not None
    wanted = {**wanted_by(settings), "own": int(counted and is_label)}
    if tx.dialect.name != "sqlite":
        new = TOGETHER[is_label, stratifies].one(tx, **row, counted=counted, **wanted)
        return Recorded(new.id, new.created_at, new.needed, new.others)
    made = INSERT.one(tx, **row)
    whose = {"item_id": row["item_id"], "labeler_id": row["labeler_id"]}
    if is_label:
        SET(tx, **whose, project_id=row["project_id"], label_id=made.id, counted=counted)
    else:
        DROP(tx, **whose)
    now = RECOUNT[stratifies].one(tx, **whose, **wanted)
    return Recorded(made.id, made.created_at, now.needed, now.others)
