"""Decision trees as plain arrays: stored without pickle, checked before use, scored without the library that grew them.

scikit-learn's own tree objects index into their arrays without looking, so a crafted file could crash the
process that loads it. Here every index is checked on loading, and children come after their parents, so that
a walk always ends.
"""

from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

WIDEST = 512
"""Columns that trees look at: this many make 20 MB of the 10,000 rows that are scored at a time."""

_WALKS = 400_000  # (item, tree) pairs that walk at once


class Trees:
    """Some trees, their nodes one after the other.

    roots: int32 (trees,); feature: int32 (nodes,), left, right: int32 (nodes,), a leaf's are the leaf itself;
    threshold: float64 (nodes,), at most so much goes left; value: float32 (nodes, columns), what a leaf says.
    """

    def __init__(self, roots: Array, feature: Array, threshold: Array, left: Array, right: Array, value: Array) -> None:
        self.roots, self.feature, self.threshold = roots, feature, threshold
        self.left, self.right, self.value = left, right, value

    @classmethod
    def joined(cls, trees: list[tuple[Array, Array, Array, Array, Array]]) -> "Trees":
        """trees: feature, threshold, left, right, value of each; a leaf's children are -1 or 0, its root is node 0."""
        starts = np.cumsum([0] + [len(tree[0]) for tree in trees])
        parts: list[list[Array]] = [[], [], [], [], []]
        for start, (feature, threshold, left, right, value) in zip(starts, trees, strict=False):
            leaf, own = left <= 0, np.arange(len(left))
            parts[0].append(np.where(leaf, 0, feature))
            parts[1].append(np.where(leaf, 0.0, threshold))
            parts[2].append(np.where(leaf, own, left) + start)
            parts[3].append(np.where(leaf, own, right) + start)
            parts[4].append(value)
        feature, threshold, left, right, value = (np.concatenate(part) for part in parts)
        whole = np.int32
        return cls(
            starts[:-1].astype(whole),
            feature.astype(whole),
            threshold.astype(np.float64),
            left.astype(whole),
            right.astype(whole),
            value.astype(np.float32),
        )

    @classmethod
    def of(cls, forest: Any) -> "Trees":
        """The trees of a fitted scikit-learn forest; their leaves hold the shares of the classes."""
        grown = [one.tree_ for one in forest.estimators_]
        return cls.joined(
            [(t.feature, t.threshold, t.children_left, t.children_right, t.value[:, 0, :]) for t in grown]
        )

    def sums(self, X: Array, group: Array | None = None, groups: int = 1) -> Array:
        """What the trees say to each item in sum: float64 (items, columns), or (items, groups) of one column.

        X: float32 (items, features), dense; group: int (trees,), the sum that each tree's single column goes to.
        """
        columns = self.value.shape[1] if group is None else groups
        total = np.zeros((len(X), columns))
        step = max(1, _WALKS // max(1, len(self.roots)))
        for start in range(0, len(X), step):
            leaves = self._leaves(X[start : start + step])
            if group is None:
                total[start : start + step] = self.value[leaves].sum(axis=0, dtype=np.float64)
            else:
                for number in range(groups):
                    said = self.value[leaves[group == number], 0]
                    total[start : start + step, number] = said.sum(axis=0, dtype=np.float64)
        return total

    def _leaves(self, X: Array) -> Array:
        """The leaf of each item in each tree, (trees, items)."""
        flat, width = np.ascontiguousarray(X).ravel(), X.shape[1]
        offset = (np.arange(len(X)) * width)[None, :]
        node = np.repeat(self.roots[:, None], len(X), axis=1)
        while True:
            goes_left = flat[offset + self.feature[node]] <= self.threshold[node]
            following = np.where(goes_left, self.left[node], self.right[node])
            if np.array_equal(following, node):
                return node
            node = following

    def __getstate__(self) -> dict[str, Array]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Array]) -> None:
        """Raises ValueError when the arrays are no trees."""
        roots, left, right, feature = (state[name] for name in ("roots", "left", "right", "feature"))
        nodes, own = len(feature), np.arange(len(feature))
        same = all(len(state[name]) == nodes for name in ("threshold", "left", "right", "value"))
        whole = all(array.dtype == np.int32 and array.ndim == 1 for array in (roots, left, right, feature))
        if not same or not whole or state["value"].ndim != 2:
            raise ValueError("the arrays of the trees don't fit together")
        ends = ((left == own) == (right == own)).all()
        inside = (left >= own).all() and (right >= own).all() and max(left.max(), right.max()) < nodes
        if not (ends and inside and roots.min() >= 0 and roots.max() < nodes and feature.min() >= 0):
            raise ValueError("the trees point outside themselves")
        self.__dict__.update(state)
