"""Trees within a graph: the operator `TreeEnsembleRegressor`, which sums what the leaves say."""

from typing import Any

import numpy as np

from labeler.learning.estimators.trees import Trees
from labeler.learning.numeric.types import Array
from labeler.learning.onnx.graph import ML, Graph, Tensor


def sums(g: Graph, X: Tensor, trees: Trees, group: Array | None = None, groups: int = 1) -> Tensor:
    """As `Trees.sums`: float32 (items, columns), or (items, groups) of one column. X: float32 (items, features)."""
    nodes, own = len(trees.feature), np.arange(len(trees.feature))
    starts = trees.roots.astype(np.int64)
    sizes = np.diff([*starts, nodes])
    tree_of = np.repeat(np.arange(len(starts)), sizes)
    within = own - np.repeat(starts, sizes)
    leaf = trees.left == own
    back = np.repeat(starts, sizes)
    columns = trees.value.shape[1] if group is None else 1
    leaves = np.flatnonzero(leaf)
    targets = np.tile(np.arange(columns), len(leaves)) if group is None else np.asarray(group)[tree_of[leaves]]
    given: dict[str, Any] = {
        "n_targets": columns if group is None else groups,
        "nodes_treeids": tree_of.tolist(),
        "nodes_nodeids": within.tolist(),
        "nodes_featureids": trees.feature.tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_values": at_most(trees.threshold).tolist(),
        "nodes_truenodeids": np.where(leaf, 0, trees.left - back).tolist(),
        "nodes_falsenodeids": np.where(leaf, 0, trees.right - back).tolist(),
        "target_treeids": np.repeat(tree_of[leaves], columns).tolist(),
        "target_nodeids": np.repeat(within[leaves], columns).tolist(),
        "target_ids": targets.tolist(),
        "target_weights": trees.value[leaves].ravel().tolist(),
    }
    made: Tensor = g("TreeEnsembleRegressor", X, domain=ML, post_transform="NONE", aggregate_function="SUM", **given)
    return made


def at_most(threshold: Array) -> Array:
    """The largest float32 that is not above each threshold: float32 numbers are then on the same side as before."""
    near = threshold.astype(np.float32)
    above = near.astype(np.float64) > threshold
    return np.where(above, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
