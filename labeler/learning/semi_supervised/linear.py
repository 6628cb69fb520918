"""The linear teachers: ridge classifiers in closed form, and linear SVMs where there are many labels.

Ridge gives every left-out answer for free (Rifkin and Lippert 2007, "Notes on Regularized Least Squares"); measured
as good as a linear SVM, and faster up to some 1,500 labels.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.linalg import product
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.stacking import log_softmax

_FIXED_SCALE = 3.0
_SCALE_LABELS = 25  # as many labels as the fixed scale counts for


@dataclass
class Linear:
    """A linear teacher: one coefficient array (width, classes) for each part it reads."""

    coefficients: list[Array]
    intercept: Array
    scale: float

    def log_proba(self, parts: Sequence[Any]) -> Array:
        """Log probabilities (items, classes). parts: as it was taught by, (items, width) each."""
        logits = self.intercept[None, :]
        for part, coefficients in zip(parts, self.coefficients, strict=True):
            logits = logits + product(part, coefficients)
        return log_softmax(self.scale * logits)


def ridge(parts: Sequence[Any], codes: Array, classes: int) -> tuple[Linear, Array]:
    """Ridge classifier over parts side by side, and its left-out log probabilities (labels, classes).

    parts: arrays (labels, width), sparse or dense, rows of length about 1; codes: int (labels,).
    Rare classes count as much as frequent ones.
    """
    from labeler.learning.estimators.softmax import best_scale

    n = len(codes)
    target = np.full((n, classes), -1.0)
    target[np.arange(n), codes] = 1.0
    counts = np.bincount(codes, minlength=classes)
    weight = n / ((counts > 0).sum() * counts[codes])
    gram = np.ones((n, n))
    for part in parts:
        similarity = part @ part.T
        gram += np.asarray(similarity.todense() if hasattr(similarity, "todense") else similarity, dtype=np.float64)
    gram[np.diag_indices(n)] += 1.0 / weight
    inverse = np.linalg.inv(gram)
    alpha = inverse @ target
    left_out = target - alpha / np.diag(inverse)[:, None]
    scale = best_scale(left_out, codes) if n >= 10 else _FIXED_SCALE
    # Few labels can't tell a scale: shrunk, in logarithms, towards the fixed one.
    scale = float(np.exp((n * np.log(scale) + _SCALE_LABELS * np.log(_FIXED_SCALE)) / (n + _SCALE_LABELS)))
    coefficients = [np.asarray(part.T @ alpha, dtype=np.float32) for part in parts]
    intercept = alpha.sum(axis=0).astype(np.float32)
    return Linear(coefficients, intercept, scale), log_softmax(scale * left_out)


def svm(parts: Sequence[Any], codes: Array, seed: int) -> Linear:
    """Linear SVM over parts side by side, see `ridge`; its temperature is measured out of fold."""
    from scipy.sparse import csr_matrix, hstack

    from labeler.learning.estimators.linear_svm import LinearSVM

    fitted = LinearSVM(random_state=seed).fit(hstack([csr_matrix(part) for part in parts], format="csr"), codes)
    edges = np.cumsum([0] + [part.shape[1] for part in parts])
    cut = [np.ascontiguousarray(fitted.coef_[:, a:b].T) for a, b in itertools.pairwise(edges)]
    return Linear(cut, fitted.intercept_, float(fitted.scale_))
