"""What a model is checked by beside the whole holdout, from what it says of its pool: test cases.

Why items of test cases are not trained on: docs/decisions/0040-test-cases-and-slices.md
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.decoding import Decoder
from labeler.test_cases.service import Expected
from labeler.training.fit import Fitted


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


def seen_by(fitted: Fitted) -> Pool:
    """What a model that was just trained says of its pool."""
    items = fitted.pool.data.items
    return Pool(items, fitted.proba, items[fitted.positions])


def run_cases(
    project: Project, pool: Pool, config: Mapping[str, Any], cases: Iterable[tuple[Any, Sequence[Expected]]]
) -> list[dict[str, Any]]:
    """Each test case, as `registry.test_runs.record_runs` keeps it. config: the model's."""
    decoder, learned = Decoder(project, config), set(pool.learned.tolist())
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
