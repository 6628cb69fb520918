"""How models do on slices: kept with the model as it was when it was measured."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.projects.access import Project
from labeler.registry.tables import model_slice_scores as scores
from labeler.slices.service import find_slices, search_of
from labeler.wire.quality import Figure
from labeler.wire.slices import SliceQuery, SliceScore

KEPT = ("slice_id", "name", "query", "why", "items", "labels", "figures")
NOTHING: Mapping[str, Any] = {"value": None, "low": None, "high": None}


def record_scores(tx: Connection, project_id: int, model_id: int, found: Iterable[Mapping[str, Any]]) -> None:
    """Keep how a model does on slices. found: `KEPT` of each."""
    for one in found:
        row = {name: one[name] for name in KEPT}
        insert = upsert(tx, scores).values(project_id=project_id, model_id=model_id, created_at=clock(), **row)
        values = {**row, "created_at": clock()}
        tx.execute(insert.on_conflict_do_update(index_elements=["model_id", "slice_id"], set_=values))


def scores_of(tx: Connection, project: Project, model_ids: Sequence[int]) -> dict[int, list[SliceScore]]:
    """By model: every slice there is, the worst first by the share that is exactly right, those without a figure last;
    then what was measured on removed ones."""
    there = find_slices(tx, project.id)
    known: dict[int, dict[int, Any]] = {model_id: {} for model_id in model_ids}
    for row in tx.execute(sa.select(scores).where(scores.c.model_id.in_(model_ids))):
        known[row.model_id][row.slice_id] = row
    return {model_id: _standing(project, there, found) for model_id, found in known.items()}


def unmeasured(tx: Connection, project_id: int, model_id: int) -> set[int]:
    """The slices on which this model was not measured."""
    measured = set(tx.execute(sa.select(scores.c.slice_id).where(scores.c.model_id == model_id)).scalars())
    return {row.id for row in find_slices(tx, project_id)} - measured


def score_in(tx: Connection, project_id: int, model_id: int, name: str) -> tuple[Any, bool]:
    """What was measured on the slice of this name, or None; and whether there is such a slice."""
    found = next((row for row in find_slices(tx, project_id) if row.name == name), None)
    if found is None:
        return None, False
    mine = sa.select(scores).where(scores.c.model_id == model_id, scores.c.slice_id == found.id)
    return tx.execute(mine).one_or_none(), True


def _standing(project: Project, there: Sequence[Any], found: Mapping[int, Any]) -> list[SliceScore]:
    now = [_out(project, row, found.get(row.id)) for row in there]
    now.sort(key=lambda one: (one.right.value is None, one.right.value or 0.0, one.name))
    ids = {row.id for row in there}
    gone = sorted((row for row in found.values() if row.slice_id not in ids), key=lambda row: str(row.name))
    return now + [_measured(row, row.query).model_copy(update={"removed": True}) for row in gone]


def _out(project: Project, row: Any, measured: Any) -> SliceScore:
    search = search_of(project, row)
    query = row.query if search is None else search.model_dump(mode="json", exclude_defaults=True)
    if measured is not None:
        return _measured(measured, query)
    return SliceScore(
        slice_id=row.id,
        name=row.name,
        query=SliceQuery.model_validate(query),
        why="label_gone" if search is None else "not_run",
        items=0,
        labels=0,
        right=Figure(**NOTHING),
        metrics={},
        measured_at=None,
    )


def _measured(row: Any, query: Any) -> SliceScore:
    figures = row.figures
    return SliceScore(
        slice_id=row.slice_id,
        name=row.name,
        query=SliceQuery.model_validate(query),
        why=row.why,
        items=row.items,
        labels=row.labels,
        right=Figure(**_bare(figures["right"])),
        metrics={name: Figure(**_bare(one)) for name, one in figures["metrics"].items()},
        measured_at=row.created_at,
    )


def _bare(estimate: Mapping[str, Any]) -> dict[str, Any]:
    return {name: estimate[name] for name in NOTHING}
