"""How models do on failure modes: counted on items that were not looked at to find them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.failure_modes.cases import Case, of_model, within
from labeler.failure_modes.space import MOST_POOL, regions, space_again
from labeler.failure_modes.tables import failure_mode_scores as scores
from labeler.failure_modes.tables import failure_modes
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRun
from labeler.labels.tables import current_labels
from labeler.learning.failure_modes import Center, is_held_back, some_of
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.test_cases.service import withheld_ids
from labeler.training.pool.data import TrainingData
from labeler.wire.failure_modes import FEWEST_LABELS, MOST_COLLECTED, RateWhy

EXAMPLES = 12
MOST_JUDGING = 1_000
"""Items that are kept of those that judge a model on one of them: more tell hardly more."""
CANDIDATES = 2 * MOST_COLLECTED


@dataclass(frozen=True)
class Measured:
    """A kept failure mode in the pool of now. inside: bool (items,), None where nothing can be compared any more;
    scores: by model."""

    mode_id: int
    inside: Array | None
    pool: dict[str, Any]
    scores: dict[int, dict[str, Any]]


def kept_modes(tx: Connection, project_id: int) -> list[Any]:
    """Their rows, by name."""
    mine = sa.select(failure_modes).where(failure_modes.c.project_id == project_id, failure_modes.c.name.is_not(None))
    return list(tx.execute(mine.order_by(failure_modes.c.name)))


def center_of(row: Any) -> Center:
    return Center(np.array(row.columns, dtype=np.int64), np.array(row.weights, dtype=np.float32), row.bar)


def measure(
    run: JobRun,
    project: Project,
    data: TrainingData,
    modes: Sequence[Any],
    models: Sequence[Any],
    first: Sequence[Any] = (),
) -> list[Measured]:
    """How models do on these failure modes; those whose files were pruned are left out. models: measured on all of
    them; first: each on those that were found in it."""
    known = {
        row.id: run.db.read(of_model, run.settings, project, row.number)
        for row in {row.id: row for row in (*models, *first)}.values()
        if has_files(run, row)
    }
    always = {row.id for row in models}
    open_ids = run.db.read(collectable, project.id)
    found = []
    for config in _different([row.space for row in modes]):
        mine = [row for row in modes if row.space == config]
        space = space_again(run.db, run.settings, project.id, data, config)
        if space is None:
            nothing: dict[str, Any] = {"why": "other_vectors", "right": [], "wrong": [], "unseen": None, "examples": []}
            found += [Measured(row.id, None, {}, dict.fromkeys(known.keys() & always, nothing)) for row in mine]
            continue
        for row, near in zip(mine, regions(space, len(data.items), [center_of(row) for row in mine]), strict=True):
            inside = near > 0
            rated = {
                model_id: score(within(cases, inside, data.items), inside)
                for model_id, cases in known.items()
                if model_id in always or model_id == row.model_id
            }
            found.append(Measured(row.id, inside, pool_of(data, near, open_ids, row.id), rated))
    return found


def has_files(run: JobRun, model: Any) -> bool:
    return load_predictions(folder_of(run.settings, model.project_id, model.number)) is not None


def score(cases: Sequence[Case], inside: Array) -> dict[str, Any]:
    """What is kept of a model on a failure mode. cases: those in it, the highest loss first."""
    judging = [one for one in cases if one.judges]
    if len(judging) > MOST_JUDGING:
        kept = set(some_of(np.array([one.item_id for one in judging], dtype=np.int64), MOST_JUDGING).tolist())
        judging = [one for one in judging if one.item_id in kept]
    trained = [one for one in cases if one.known_by == "cross_validated"]
    return {
        "why": _why(judging, inside),
        "right": sorted(one.item_id for one in judging if one.off == 0),
        "wrong": sorted(one.item_id for one in judging if one.off > 0),
        "unseen": [len(trained), sum(one.off > 0 for one in trained)] if trained else None,
        "examples": [[one.item_id, one.said, one.known_by] for one in cases if one.off > 0][:EXAMPLES],
    }


def _why(judging: Sequence[Case], inside: Array) -> RateWhy | None:
    if not inside.any():
        return "empty"
    return None if len(judging) >= FEWEST_LABELS else "too_few" if judging else "unlabeled"


def pool_of(data: TrainingData, near: Array, open_ids: Array, seed: int) -> dict[str, Any]:
    """What is kept of a failure mode's items in the pool. near: see `regions`; open_ids: those that can be collected,
    rising."""
    mine = np.intersect1d(data.items[near > 0], open_ids)
    return {
        "items": int(np.count_nonzero(near)),
        "unlabeled": len(mine),
        "looked_at": min(len(near), MOST_POOL),
        "candidates": _in_order(mine, near[np.searchsorted(data.items, mine)], seed),
    }


def _in_order(ids: Array, near: Array, seed: int) -> list[int]:
    """As they are collected: the most similar ones are trained on, two after each other, then one that is held back, at
    random among those that are."""
    back = is_held_back(ids)
    nearest = ids[~back][np.argsort(-near[~back], kind="stable")].tolist()
    drawn = np.random.default_rng([seed, len(ids)]).permutation(ids[back]).tolist()
    found: list[int] = []
    while (nearest or drawn) and len(found) < CANDIDATES:
        found += nearest[:2] + drawn[:1]
        nearest, drawn = nearest[2:], drawn[1:]
    return found[:CANDIDATES]


def collectable(tx: Connection, project_id: int) -> Array:
    """Items outside the holdout that want a label and have none, rising; not those of test cases, nor those that are
    collected already."""
    labeled = sa.exists(sa.select(sa.literal(1)).where(current_labels.c.item_id == items.c.id).correlate(items))
    mine = (present(project_id), items.c.needed > 0, items.c.split == "train", sa.not_(labeled))
    found = tx.execute(sa.select(items.c.id).where(*mine).order_by(items.c.id)).scalars()
    return np.setdiff1d(np.array(list(found), dtype=np.int64), np.array(withheld_ids(tx, project_id), dtype=np.int64))


def record(tx: Connection, found: Iterable[Measured]) -> int:
    """Keep what was measured; returns how many figures. Failure modes that were let go meanwhile have none."""
    n = 0
    for one in found:
        there = sa.select(failure_modes.c.id).where(failure_modes.c.id == one.mode_id).with_for_update()
        if tx.execute(there).first() is None:
            continue
        if one.pool:
            tx.execute(sa.update(failure_modes).where(failure_modes.c.id == one.mode_id).values(**one.pool))
        for model_id, kept in one.scores.items():
            keep_score(tx, one.mode_id, model_id, kept)
            n += 1
    return n


def keep_score(tx: Connection, mode_id: int, model_id: int, kept: dict[str, Any]) -> None:
    """What was known by cross-validation stays: it is of the look alone."""
    row = kept | {"created_at": clock()}
    insert = upsert(tx, scores).values(mode_id=mode_id, model_id=model_id, **row)
    changed = {name: value for name, value in row.items() if name != "unseen" or value is not None}
    tx.execute(insert.on_conflict_do_update(index_elements=["mode_id", "model_id"], set_=changed))


def _different(configs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for config in configs:
        if config not in found:
            found.append(config)
    return found
