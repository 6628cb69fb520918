"""What is asked next: the strategy's choice among the items still open when the queue is swapped.

Where further labels are asked while an answer is not certain, those that are worth it more than new items come first
(`relabeling.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.jobs.registry import JobRun
from labeler.learning import loop
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.queue import second_opinions
from labeler.queue.rankings import LENGTH, MODEL, WEIGHED, Entry, open_items
from labeler.training.costs import costs
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData
from labeler.training.relabeling import wanting_items, worth_more

SEARCHED = "search"


@dataclass(frozen=True)
class Picks:
    """kind: of the ranking. entries: gives those whose items are still open when the queue is swapped."""

    kind: str
    entries: Callable[[Connection], list[Entry]]


def picks(run: JobRun, project: Project, fitted: Fitted, model: int | None, among: Array | None = None) -> Picks:
    """The next ranking.

    model: the number that the model will have; among: rising positions of the items to choose from, where not all are
    scored yet.
    """
    data, settings, problem = fitted.pool.data, project.settings, fitted.problem
    wanting = np.zeros(0, dtype=np.int64)
    if settings.most_labels is not None:
        wanting = run.db.read(wanting_items, project.id)
    candidates = _open(run, project, data)
    if among is not None:
        candidates = np.intersect1d(candidates, among)
    wishes = loop.Wishes(
        strategy=settings.strategy,
        n=LENGTH,
        batch=settings.retrain_every,
        positive=settings.find_label,
        cost=lambda positions: costs(run, project.id, data, fitted, positions),
    )
    rng = np.random.default_rng([settings.seed, fitted.trained_on])
    labeled = (fitted.positions, fitted.targets)
    is_search = settings.find_label in fitted.model.classes
    new = candidates[~np.isin(data.items[candidates], wanting)]
    ranking = loop.select(fitted.pool, problem, fitted.learned, fitted.proba, new, *labeled, wishes, rng)
    again = None
    if settings.most_labels is not None and not is_search:
        again = worth_more(run, project, fitted, wanting, ranking.positions[: settings.retrain_every])
    pick: dict[str, Any] = {"by": SEARCHED if is_search else problem.strategy(settings.strategy), "model": model}
    if pick["by"] == "random":
        pick["probability"] = 1 / max(1, len(new))

    def entries(tx: Connection) -> list[Entry]:
        ids = [int(item) for item in data.items[ranking.positions]]
        still = still_open(tx, [*(again or []), *ids])
        first = [
            Entry(item, None, None, second_opinions.PICK | {"model": model}) for item in again or [] if item in still
        ]
        return first[:LENGTH] + [
            Entry(item, float(score), suggested(position), pick)
            for item, score, position in zip(ids, ranking.scores, ranking.positions, strict=True)
            if item in still
        ]

    def suggested(position: int) -> dict[str, Any] | None:
        if not settings.show_suggestions:
            return None
        return problem.decode(fitted.proba[position], fitted.model.classes, fitted.settings)

    return Picks(MODEL if again is None else WEIGHED, entries)


def _open(run: JobRun, project: Project, data: TrainingData) -> Array:
    """Rising positions of the items that are open and teach; with one label an item, of those nobody has labeled."""
    wanted = np.array(run.db.read(open_items, project.id), dtype=np.int64)
    places = np.searchsorted(data.items, wanted)
    places = places[places < len(data.items)]
    places = places[np.isin(data.items[places], wanted) & ~data.is_withheld[places]]
    return np.sort(places[data.unlabeled[places] | project.settings.several])


def still_open(tx: Connection, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found |= set(tx.execute(sa.select(items.c.id).where(items.c.id.in_(part), items.c.needed > 0)).scalars())
    return found
