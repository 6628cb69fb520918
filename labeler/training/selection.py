"""What is asked next: the strategy's choice among the items still open when the queue is swapped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.jobs.registry import JobRun
from labeler.learning.fitting import plain_classifier, selection_features
from labeler.learning.numeric.types import Array
from labeler.learning.strategies import get_strategy, rank
from labeler.learning.strategies.registry import Pool
from labeler.projects.access import Project
from labeler.projects.schemas import ProjectSettings
from labeler.queue.rankings import LENGTH, Entry, open_items
from labeler.registry.artifacts import as_prediction
from labeler.training.costs import costs
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData

FIND_ALL = "most_likely_positive"
COST_AWARE = "cost_aware"


def picks(run: JobRun, project: Project, data: TrainingData, fitted: Fitted, among: Array | None = None) -> Any:
    """A function that gives the ranking's entries of items still open when the queue is swapped.

    among: rising positions of the items to choose from, where not all are scored yet. Of a pool that is mapped in
    part, the part is chosen from, but for a search: whatever it looks for may lie anywhere.
    """
    wanted = np.array(run.db.read(open_items, project.id), dtype=np.int64)
    places = np.searchsorted(data.items, wanted)
    places = places[(places < len(data.items))]
    places = places[np.isin(data.items[places], wanted) & data.unlabeled[places] | (project.settings.overlap > 1)]
    if among is not None:
        places = np.intersect1d(places, among)
    settings = project.settings
    rng = np.random.default_rng([settings.seed, fitted.trained_on])
    strategy, pool = settings.strategy, None
    if settings.find_label in fitted.model.classes:
        column = fitted.model.classes.index(settings.find_label)
        strategy, pool = FIND_ALL, _Candidates(Pool(proba=fitted.proba[places], positive=column), places)
    if pool is None:
        if fitted.representation is not None and fitted.representation.places is not None:
            places = np.intersect1d(places, fitted.representation.places)
        pool = _pool(data, fitted, places, settings)
    if strategy == COST_AWARE:
        pool = replace(pool, pool=replace(pool.pool, cost=costs(run, project.id, data, fitted, pool.places)))
    ranking = rank(strategy, pool.pool, min(LENGTH, len(pool.places)), settings.retrain_every, rng)
    order = pool.places[ranking.positions]
    shown = project.settings.show_suggestions

    def entries(tx: Connection) -> list[Entry]:
        ids = [int(item) for item in data.items[order]]
        still = still_open(tx, ids)
        classes = fitted.model.classes
        return [
            Entry(item, float(score), as_prediction(fitted.proba[place], classes) if shown else None)
            for item, score, place in zip(ids, ranking.scores, order, strict=True)
            if item in still
        ]

    return entries


@dataclass(frozen=True)
class _Candidates:
    pool: Pool
    places: Array


def _pool(data: TrainingData, fitted: Fitted, places: Array, settings: ProjectSettings) -> _Candidates:
    """The pool a strategy sees: all open items, or the least certain ones when their features are wanted.

    Features are only made for as many items as a batch strategy looks at; ranking by probabilities
    alone needs none.
    """
    proba = fitted.proba[places]
    most = max(20_000, 40 * settings.retrain_every)
    wants_all = settings.strategy == FIND_ALL  # the surest are what it looks for
    if get_strategy(settings.strategy).needs == "model" and len(places) > most and not wants_all:
        top_two = np.partition(proba, -2, axis=1)[:, -2:]
        nearest = np.argpartition(top_two[:, 1] - top_two[:, 0], most)[:most]
        places = places[np.sort(nearest)]
        proba = fitted.proba[places]
    labeled, y = data.labeled(holdout=False)
    order = np.argsort(labeled, kind="stable")
    labeled, names = labeled[order], np.array(y, dtype=object)[order]
    features, known = _features(data, fitted, places), _features(data, fitted, labeled)
    if fitted.representation is None:
        return _Candidates(Pool(features, proba, fitted.model.estimator, known, names), places)
    pooling, inside = fitted.representation.pooling, fitted.representation.inside
    vectors, encoder = pooling.graph.vectors, pooling.encoder
    features, known = (
        selection_features(vectors[inside(part)], rows, encoder)
        for part, rows in ((places, features), (labeled, known))
    )
    estimator = plain_classifier(settings.strategy, known, names, settings.seed)
    near = pooling.affinity[inside(places)][:, inside(places)]
    return _Candidates(Pool(features, proba, estimator, known, names, neighbors=near), places)


def _features(data: TrainingData, fitted: Fitted, places: Array) -> Any:
    """Features of these items; none where sentence vectors tell items apart."""
    if fitted.representation is not None and fitted.representation.pooling.encoder is not None:
        return None
    pipeline = fitted.model.pipeline
    blocks = data.blocks(pipeline)
    return data.rows(pipeline, blocks, places) if len(places) else pipeline.transform(blocks[0][:0])


def still_open(tx: Connection, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found |= set(tx.execute(sa.select(items.c.id).where(items.c.id.in_(part), items.c.needed > 0)).scalars())
    return found
