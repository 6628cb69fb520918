"""The linear teacher for several outputs at once: numbers, or many labels' yes and no.

One ridge regression in its dual form serves all outputs, and gives every left-out answer for free (Rifkin and Lippert
2007, "Notes on Regularized Least Squares").
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.linalg import product
from labeler.learning.numeric.types import Array

MOST = 1_500
"""Labels; of more, a random part of so many says how much each teacher counts."""


@dataclass
class Outputs:
    """coefficients: one float32 array (width, outputs) for each part that it reads; intercept: float32 (outputs,)."""

    coefficients: list[Array]
    intercept: Array

    def scores(self, parts: Sequence[Any]) -> Array:
        """(items, outputs). parts: as it was taught by, (items, width) each."""
        found = self.intercept[None, :]
        for part, coefficients in zip(parts, self.coefficients, strict=True):
            found = found + product(part, coefficients)
        return np.asarray(found)


def ridge_outputs(parts: Sequence[Any], targets: Array, penalty: float = 1.0) -> tuple[Outputs, Array]:
    """Ridge regression over parts side by side, and its left-out answers (labels, outputs).

    parts: arrays (labels, width), sparse or dense, rows of length about 1; targets: (labels, outputs), around 0.
    """
    from scipy.linalg import cho_factor, cho_solve

    n = len(targets)
    gram = np.ones((n, n))
    for part in parts:
        alike = part @ part.T
        gram += np.asarray(alike.todense() if hasattr(alike, "todense") else alike, dtype=np.float64)
    gram[np.diag_indices(n)] += penalty
    inverse = cho_solve(cho_factor(gram, lower=True), np.eye(n))
    alpha = inverse @ targets
    left_out = targets - alpha / np.diag(inverse)[:, None]
    coefficients = [np.asarray(part.T @ alpha, dtype=np.float32) for part in parts]
    return Outputs(coefficients, alpha.sum(axis=0).astype(np.float32)), left_out


def ridge_of_many(parts: Sequence[Any], targets: Array, penalty: float = 1.0) -> Outputs:
    """As `ridge_outputs`, for more labels than its dual form can take, without left-out answers."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import Ridge

    rows = hstack([csr_matrix(part) for part in parts], format="csr")
    fitted = Ridge(penalty, solver="sparse_cg", tol=1e-4, max_iter=200).fit(rows, targets)
    edges = np.cumsum([0] + [part.shape[1] for part in parts])
    across = np.atleast_2d(fitted.coef_).T.astype(np.float32)
    return Outputs(
        [across[a:b] for a, b in itertools.pairwise(edges)], np.atleast_1d(fitted.intercept_).astype(np.float32)
    )


def some_labels(n: int, seed: int) -> Array:
    """Rising positions of the labels that are judged: all, or a random part."""
    if n <= MOST:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, MOST, replace=False))


def dealt(n: int, folds: int, seed: int) -> Array:
    """A fold for each of n labels, at random: int (n,)."""
    return np.random.default_rng(seed).permutation(n) % folds
