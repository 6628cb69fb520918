"""What shadows say beside what was answered, and how right each model was on items that were labeled later."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.measures import share_of
from labeler.items.tables import items, present
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.registry.requirements import lead_of
from labeler.registry.tables import model_versions, served_items, stage_changes
from labeler.registry.use import serving
from labeler.shadows.jobs import shadows
from labeler.shadows.tables import shadow_answers
from labeler.wire.shadows import Differs, LaterLabels, SaidOtherwise, ShadowOut

MOST_SHOWN, MOST_PAIRS = 20, 50
SHADOWS_VERSION = shadow_answers.c.schema_version.label("shadows_version")
LATER = answers.c.created_at > served_items.c.created_at
"""The item was first answered after a model had answered it: no model had learned from it, and nobody had seen it."""


def list_shadows(tx: Connection, project: Project) -> list[ShadowOut]:
    """Each model that is a shadow, the newest first."""
    return [_shadow(tx, project, row) for row in shadows(tx, project.id)]


def _shadow(tx: Connection, project: Project, row: Any) -> ShadowOut:
    mine = shadow_answers.c.change_id == row.change_id
    given = shadow_answers.c.value.is_not(None)
    number = sa.func.count()
    same = sa.func.coalesce(sa.func.sum(sa.case((shadow_answers.c.same, 1), else_=0)), 0)
    asked, alike = tx.execute(sa.select(number, same).where(mine, given)).one()
    failed = tx.execute(sa.select(number).select_from(shadow_answers).where(mine, sa.not_(given))).scalar_one()
    since = sa.select(stage_changes.c.created_at).where(stage_changes.c.id == row.change_id)
    return ShadowOut(
        model=row.number,
        since=tx.execute(since).scalar() or row.created_at,
        items=asked,
        same=share_of(alike, asked),
        failed=failed,
        ms_per_item=tx.execute(sa.select(sa.func.avg(shadow_answers.c.ms)).where(mine, given)).scalar(),
        otherwise=_pairs(tx, project, mine),
        differs=_examples(tx, project, mine),
    )


def _both(*columns: Any) -> Any:
    joined = shadow_answers.join(served_items, served_items.c.id == shadow_answers.c.served_id)
    return sa.select(*columns).select_from(joined)


def _pairs(tx: Connection, project: Project, mine: Any) -> list[SaidOtherwise]:
    """What was answered and what the shadow says instead, most often first."""
    shadow, live = shadow_answers.c.value.label("shadow"), served_items.c.value.label("live")
    statement = _both(live, served_items.c.schema_version, shadow, SHADOWS_VERSION, sa.func.count().label("n"))
    statement = statement.where(mine, sa.not_(shadow_answers.c.same), shadow_answers.c.value.is_not(None))
    found = Counter[tuple[str, str]]()
    for row in tx.execute(statement.group_by(live, served_items.c.schema_version, shadow, SHADOWS_VERSION)):
        before = project.read(row.live, row.schema_version)
        now = project.read(row.shadow, row.shadows_version)
        if before is not None and now is not None:
            found[project.task.dump(before), project.task.dump(now)] += row.n
    load = project.task.load
    most = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:MOST_PAIRS]
    return [SaidOtherwise(live=load(live), shadow=load(said), items=n) for (live, said), n in most]


def _examples(tx: Connection, project: Project, mine: Any) -> list[Differs]:
    """The newest items of which it says something else, whose content is kept."""
    columns = (served_items.c.key, served_items.c.content, served_items.c.value, served_items.c.schema_version)
    shadow = shadow_answers.c.value.label("shadow")
    statement = (
        _both(*columns, served_items.c.created_at, shadow, SHADOWS_VERSION, model_versions.c.number)
        .join(model_versions, model_versions.c.id == served_items.c.model_id)
        .where(mine, sa.not_(shadow_answers.c.same), shadow_answers.c.value.is_not(None))
        .where(served_items.c.content.is_not(None))
        .order_by(served_items.c.id.desc())
        .limit(MOST_SHOWN)
    )
    return [
        Differs(
            key=row.key,
            content=row.content,
            live=project.read(row.value, row.schema_version),
            live_model=row.number,
            shadow=project.read(row.shadow, row.shadows_version),
            at=row.created_at,
        )
        for row in tx.execute(statement)
    ]


def later_labels(tx: Connection, project: Project) -> list[LaterLabels]:
    """Of the live model, the canary and the shadows: how often each was right on items that were answered later."""
    return [_later(tx, project, row) for row in serving(tx, project.id)]


def _later(tx: Connection, project: Project, row: Any) -> LaterLabels:
    table = shadow_answers if row.stage == "shadow" else served_items
    said, version = table.c.value.label("said"), table.c.schema_version.label("version")
    statement = sa.select(answers.c.item_id, answers.c.value.label("truth"), said, version)
    joined = served_items.join(items, items.c.key == served_items.c.key).join(answers, answers.c.item_id == items.c.id)
    if row.stage == "shadow":
        joined = joined.join(shadow_answers, shadow_answers.c.served_id == served_items.c.id)
        mine = sa.and_(shadow_answers.c.change_id == row.change_id, shadow_answers.c.value.is_not(None))
    else:
        mine = served_items.c.model_id == row.id
    statement = statement.select_from(joined).where(
        mine, served_items.c.project_id == project.id, present(project.id), LATER
    )
    newest = {one.item_id: one for one in tx.execute(statement.order_by(served_items.c.id))}  # what it said last
    right = _right(project, newest.values())
    report = row.metrics or {}
    lead = lead_of(project, report) if report else None
    return LaterLabels(
        model=row.number,
        stage=row.stage,
        items=len(newest),
        right=share_of(right, len(newest)),
        holdout_metric=lead,
        holdout=None if lead is None else report["metrics"].get(lead),
    )


def _right(project: Project, rows: Iterable[Any]) -> int:
    dump, right = project.task.dump, 0
    for row in rows:
        said = project.read(row.said, row.version)
        right += said is not None and dump(said) == dump(row.truth)
    return right
