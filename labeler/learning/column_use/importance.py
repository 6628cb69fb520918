"""Permutation importance: how much worse a model answers when a column's cells are shuffled among the items.

The raw cells are shuffled, before features are made of them: of a text, a category and a number alike. What a column
costs the model is measured on items that it never learned from. Sources: Breiman 2001, "Random Forests"; Fisher, Rudin
and Dominici 2019, "All Models are Wrong, but Many are Useful" (model reliance). Two columns that say the same stand in
for each other: each looks useless alone (`redundancy`). What the intervals hold:
docs/decisions/0050-usefulness-of-columns.md
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from labeler.contents import Content, cells_of, kind_of
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.judge import Judge, gap
from labeler.learning.evaluation.slices import FEWEST_OF_METRICS
from labeler.learning.numeric.types import Array

FEWEST = FEWEST_OF_METRICS
"""Labeled holdout items: an interval of fewer says nothing."""
MOST_ITEMS = 1_000
MOST_COLUMNS = 200
ROWS = 400_000
"""About as many answers does a model give for a look at all of its columns, which takes it some minutes."""
FEWEST_REPEATS, MOST_REPEATS = 3, 10
_MISSING = object()
Predict = Callable[[Sequence[Content]], Array]


def repeats_for(items: int, columns: int) -> int:
    """How often each column is shuffled, so that many columns take no longer than `ROWS` answers."""
    return int(np.clip(ROWS // max(1, items * columns), FEWEST_REPEATS, MOST_REPEATS))


def importance(
    predict: Predict,
    judge: Judge,
    contents: Sequence[Content],
    column: str,
    proba: Array,
    weights: Array,
    repeats: int,
    rng: np.random.Generator,
) -> Estimate:
    """By how much the metric is better with a column as it is than shuffled, with its 95 % interval; below 0 where the
    model answers better without knowing it.

    predict: gives float (items, classes) of contents; contents: (items,), of the holdout; proba: what it gives of them
    as they are; weights: see `judge.samples`. Exactly 0 for a column that is the same in all items.
    """
    cells = [cells_of(content) for content in contents]
    shuffled: list[Content] = []
    places: list[Array] = []
    for _ in range(repeats):
        donors = rng.permutation(len(contents))
        moved = [at for at, donor in enumerate(donors.tolist()) if not _same(cells[at], cells[donor], column)]
        shuffled.extend(_with(contents[at], cells[donors[at]], column) for at in moved)
        places.append(np.array(moved, dtype=np.int64))
    said = predict(shuffled) if shuffled else proba[:0]
    others, start = [], 0
    for moved_to in places:
        there = np.array(proba, copy=True)
        there[moved_to] = said[start : start + len(moved_to)]
        start += len(moved_to)
        others.append(judge(there, weights))
    return gap(judge(proba, weights), np.array(others), len(contents), judge.span, rng)


def _same(one: Mapping[str, Any], other: Mapping[str, Any], column: str) -> bool:
    a, b = one.get(column, _MISSING), other.get(column, _MISSING)
    return a is b or (type(a) is type(b) and bool(a == b))


def _with(content: Content, donor: Mapping[str, Any], column: str) -> Content:
    """A content with a column's cell of another one; without it where that has none."""
    kind = kind_of(content)
    assert kind is not None
    cells = {name: cell for name, cell in kind.cells(content).items() if name != column}
    return kind.with_cells(content, cells | ({column: donor[column]} if column in donor else {}))
