"""A light classifier for strategies that need many: ridge regression on the classes, in closed form.

Solved over the labeled items and not over the features, so that it costs the same however wide the rows are.
"""

from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

RIDGE = 0.1
SHARPNESS = 3.0


def kernel(a: Any, b: Any, scale: float) -> Array:
    """Inner products of the rows over `scale`, and 1 for the intercept: float64 (rows of a, rows of b)."""
    products = a @ b.T
    dense = products.toarray() if hasattr(products, "toarray") else products
    return np.asarray(dense, dtype=np.float64) / scale + 1.0


def one_hot(codes: Array, classes: int) -> Array:
    """float64 (items, classes)."""
    return np.asarray(np.eye(classes)[codes])


def probabilities(decisions: Array) -> Array:
    """Decisions about 0 (not this class) to 1 (this class) as probabilities, over the last axis."""
    odds = np.exp(SHARPNESS * (decisions - decisions.max(axis=-1, keepdims=True)))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))
