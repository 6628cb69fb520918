"""What a model is checked by beside the whole holdout, from what it says of its pool: test cases, and slices.

Why so: docs/decisions/0040-test-cases-and-slices.md
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.kit.errors import Conflict
from labeler.learning.decoding import Decoder
from labeler.learning.evaluation.slices import FEWEST, evaluate_part
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.slices.service import find_slices, holdout_in, search_of
from labeler.test_cases.service import Expected
from labeler.training import alike as alike  # what slices by meaning hold
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData


@dataclass(frozen=True)
class Pool:
    """What a model says of the items of its dataset version. items: ids, rising; proba: (items, classes); learned: ids
    of the items whose answer it was trained on."""

    items: Array
    proba: Array
    learned: Array

    def place(self, item_id: int) -> int | None:
        """Where an item is; None for one that the model has not seen."""
        place = int(np.searchsorted(self.items, item_id))
        return place if place < len(self.items) and self.items[place] == item_id else None


@dataclass(frozen=True)
class Slice:
    """A slice, with the ids of its holdout items. query: in the newest label schema; why: there can't be any."""

    id: int
    name: str
    query: dict[str, Any]
    holdout: Sequence[int]
    why: str | None


def seen_by(fitted: Fitted) -> Pool:
    """What a model that was just trained says of its pool."""
    items = fitted.pool.data.items
    return Pool(items, fitted.proba, items[fitted.positions])


def run_cases(
    project: Project, pool: Pool, config: Mapping[str, Any], cases: Iterable[tuple[Any, Sequence[Expected]]]
) -> list[dict[str, Any]]:
    """Each test case, as `registry.test_runs.record_runs` keeps it. config: the model's."""
    decoder, learned = Decoder(project.mappings, config), set(pool.learned.tolist())
    found = []
    for row, expected in cases:
        entries = [_entry(project, pool, decoder, learned, one) for one in expected]
        found.append(
            {
                "test_case_id": row.id,
                "revision": row.revision,
                "name": row.name,
                "must_pass": row.must_pass,
                "min_share": row.min_share,
                "counts": dict(Counter(one["outcome"] for one in entries)),
                "entries": entries,
            }
        )
    return found


def measure_slices(
    pool: Pool, data: TrainingData, config: Mapping[str, Any], slices: Sequence[Slice]
) -> list[dict[str, Any]]:
    """How the model does on each slice, as `registry.slice_scores.record_scores` keeps it. data: of its dataset
    version, in whose label schema answers are compared."""
    if not slices:
        return []
    positions, values = data.labeled(holdout=True)
    problem, task, schema = data.problem, data.schema.task, data.schema.schema
    about = (list(config["classes"]), dict(config.get("decoding") or {}))
    ids, proba = data.items[positions], np.asarray(pool.proba[positions])
    said = [problem.decode(line, *about)["value"] for line in proba]
    is_right = np.array([task.distance(a, b, schema) == 0 for a, b in zip(values, said, strict=True)], dtype=bool)
    found = []
    for one in slices:
        part = np.isin(ids, np.asarray(one.holdout, dtype=np.int64))
        on = evaluate_part(problem, values, proba, is_right, part, *about, config["seed"])
        found.append(
            {
                "slice_id": one.id,
                "name": one.name,
                "query": one.query,
                "why": _why(one, len(values), on.labels),
                "items": len(one.holdout),
                "labels": on.labels,
                "figures": {
                    "right": asdict(on.right),
                    "metrics": {name: asdict(estimate) for name, estimate in on.metrics.items()},
                },
            }
        )
    return found


def slices_of(tx: Connection, settings: Settings, project: Project) -> list[Slice]:
    """Every slice with its holdout items of now."""
    found = []
    for row in find_slices(tx, project.id):
        search = search_of(project, row)
        query = row.query if search is None else search.model_dump(mode="json", exclude_defaults=True)
        holdout, why = [], "label_gone" if search is None else None
        try:
            holdout = [] if search is None else holdout_in(tx, settings, project, search)
        except Conflict:
            why = "no_encoder"
        found.append(Slice(row.id, row.name, query, holdout, why))
    return found


def _why(one: Slice, judged: int, labels: int) -> str | None:
    """Why there is no figure."""
    if one.why is not None:
        return one.why
    if not judged:
        return "no_holdout"
    if not one.holdout:
        return "empty"
    return "unlabeled" if not labels else "too_few" if labels < FEWEST else None


def _entry(project: Project, pool: Pool, decoder: Decoder, learned: set[int], one: Expected) -> dict[str, Any]:
    place = pool.place(one.item_id)
    said = None if place is None else decoder(np.asarray(pool.proba[place]))["value"]
    entry = {"item_key": one.key, "expected": one.value, "said": said}
    if one.state != "ready":
        return entry | {"outcome": one.state}
    if place is None:
        return entry | {"outcome": "unseen"}
    if one.item_id in learned:
        return entry | {"outcome": "learned"}
    right = project.task.distance(one.value, said, project.schema) == 0
    return entry | {"outcome": "right" if right else "wrong"}
