"""Several teachers, weighed by evidence: linear models, the pool's graph, the guideline's words.

Each says a log probability of every class; they are added with weights that make the labels likeliest for
which the teacher had not seen the answer (stacking: Wolpert 1992; log-linear pool: Genest and Zidek 1986).
Few labels are weak evidence, so the weights are held near a prior that trusts the pool early and the linear
model later. The linear models are ridge classifiers in closed form, which give every left-out answer for
free (Rifkin and Lippert 2007, "Notes on Regularized Least Squares"); measured as good as a linear SVM, and
faster up to DUAL labels. Beyond, linear SVMs take over and the weights stay those of a sample.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeler.learning.errors import TooFewLabels
from labeler.learning.graph import as_log_proba, nearby, spread, spread_each
from labeler.learning.products import product

Array = np.ndarray[Any, Any]

DUAL = 1_500
FOLDS = 5
_FIXED_SCALE = 3.0
_SCALE_LABELS = 25  # as many labels as the fixed scale counts for
_TRUST = 8.0
_EARLY = 50  # labels after which trust in the graph falls
_LEAST = 0.1


@dataclass(frozen=True)
class Views:
    """Items as the teachers see them, row by row.

    sparse: features (items, width), sparse or dense; vectors, smooth: float32 (items, d), see PoolMap;
    flow: float32 (items, classes), what `spread` gave; prior: log probabilities (items, classes), or None.
    """

    sparse: Any
    vectors: Array
    smooth: Array
    flow: Array | None = None
    prior: Array | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def parts(self, smooth: bool) -> list[Any]:
        """What a linear teacher reads."""
        return [self.sparse, self.vectors, self.smooth] if smooth else [self.sparse, self.vectors]


@dataclass
class Linear:
    """A linear teacher: one coefficient array (width, classes) for each part it reads."""

    smooth: bool
    coefficients: list[Array]
    intercept: Array
    scale: float

    def log_proba(self, views: Views) -> Array:
        logits = self.intercept[None, :]
        for part, coefficients in zip(views.parts(self.smooth), self.coefficients, strict=True):
            logits = logits + product(part, coefficients)
        return log_softmax(self.scale * logits)


@dataclass
class Ensemble:
    """The teachers and their weights. classes: the labels, in the order of the columns.

    weights: of the plain linear teacher, the one with smoothed features, the graph, the words (0 without).
    """

    classes: list[str]
    linear: list[Linear] = field(default_factory=list)
    weights: Array = field(default_factory=lambda: np.zeros(4))

    def log_proba(self, views: Views) -> Array:
        """Log probabilities, float32 (items, classes). views.flow is needed, views.prior only where it counts."""
        assert views.flow is not None
        total = self.weights[2] * as_log_proba(views.flow)
        for weight, teacher in zip(self.weights[:2], self.linear, strict=True):
            if weight > 0:
                total = total + weight * teacher.log_proba(views)
        if views.prior is not None and self.weights[3] > 0:
            total = total + self.weights[3] * views.prior
        return np.asarray(log_softmax(total), dtype=np.float32)

    def predict_proba(self, views: Views) -> Array:
        """Probabilities, float32 (items, classes), rows sum to 1."""
        return np.exp(self.log_proba(views))

    def state(self) -> dict[str, Any]:
        """Arrays and numbers, for storing without pickle."""
        teachers = [
            {"smooth": one.smooth, "coefficients": one.coefficients, "intercept": one.intercept, "scale": one.scale}
            for one in self.linear
        ]
        return {"classes": self.classes, "linear": teachers, "weights": self.weights}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Ensemble":
        """What `state` gave."""
        return cls(list(state["classes"]), [Linear(**one) for one in state["linear"]], np.asarray(state["weights"]))


def fit_ensemble(
    labeled: Views, y: Sequence[str] | Array, affinity: Any, positions: Array, seed: int
) -> tuple[Ensemble, Array]:
    """Teach on labeled items; returns the ensemble and the flow of labels over the pool (items, classes).

    labeled: the labeled items in one order (prior: for the classes in sorted order, or None); y: their labels;
    affinity: the pool's graph; positions: int (labels,), where in the pool the labeled items are.
    The same input gives bit-identical results. Raises TooFewLabels for fewer than two different labels.
    """
    from threadpoolctl import threadpool_limits

    names, codes = np.unique(np.asarray(y, dtype=np.str_), return_inverse=True)
    if len(names) < 2:
        raise TooFewLabels("needs two labels with examples")
    with threadpool_limits(1):
        judged = np.arange(len(codes))
        if len(codes) > DUAL:
            judged = np.sort(np.random.default_rng(seed).choice(len(codes), DUAL // 2, replace=False))
        teachers, unseen = [], []
        sample = _rows(labeled, judged)
        for smooth in (False, True):
            teacher, left_out = ridge(sample.parts(smooth), codes[judged], len(names), smooth)
            unseen.append(left_out)
            teachers.append(teacher if len(judged) == len(codes) else _svm(labeled, codes, len(names), smooth, seed))
        flow, held = _flows(affinity, positions, codes, judged, len(names), seed)
        unseen.append(as_log_proba(held))
        if labeled.prior is not None:
            unseen.append(labeled.prior[judged])
        weights = _weigh(unseen, codes[judged], len(codes))
    padded = np.zeros(4)
    padded[: len(weights)] = weights
    return Ensemble([str(name) for name in names], teachers, padded), flow


def ridge(parts: Sequence[Any], codes: Array, classes: int, smooth: bool) -> tuple[Linear, Array]:
    """Ridge classifier over parts side by side, and its left-out log probabilities (labels, classes).

    parts: arrays (labels, width), sparse or dense, rows of length about 1; codes: int (labels,).
    Rare classes count as much as frequent ones.
    """
    from labeler.learning.models.softmax import best_scale

    n = len(codes)
    target = np.full((n, classes), -1.0)
    target[np.arange(n), codes] = 1.0
    counts = np.bincount(codes, minlength=classes)
    weight = n / ((counts > 0).sum() * counts[codes])
    gram = np.ones((n, n))
    for part in parts:
        product = part @ part.T
        gram += np.asarray(product.todense() if hasattr(product, "todense") else product, dtype=np.float64)
    gram[np.diag_indices(n)] += 1.0 / weight
    inverse = np.linalg.inv(gram)
    alpha = inverse @ target
    left_out = target - alpha / np.diag(inverse)[:, None]
    scale = best_scale(left_out, codes) if n >= 10 else _FIXED_SCALE
    # Few labels can't tell a scale: shrunk, in logarithms, towards the fixed one.
    scale = float(np.exp((n * np.log(scale) + _SCALE_LABELS * np.log(_FIXED_SCALE)) / (n + _SCALE_LABELS)))
    coefficients = [np.asarray(part.T @ alpha, dtype=np.float32) for part in parts]
    intercept = alpha.sum(axis=0).astype(np.float32)
    return Linear(smooth, coefficients, intercept, scale), log_softmax(scale * left_out)


def _svm(labeled: Views, codes: Array, classes: int, smooth: bool, seed: int) -> Linear:
    from scipy.sparse import csr_matrix, hstack

    from labeler.learning.models.linear_svm import LinearSVM

    parts = labeled.parts(smooth)
    fitted = LinearSVM(random_state=seed).fit(hstack([csr_matrix(part) for part in parts], format="csr"), codes)
    edges = np.cumsum([0] + [part.shape[1] for part in parts])
    cut = [np.ascontiguousarray(fitted.coef_[:, a:b].T) for a, b in itertools.pairwise(edges)]
    return Linear(smooth, cut, fitted.intercept_, float(fitted.scale_))


def _rows(views: Views, chosen: Array) -> Views:
    prior = None if views.prior is None else views.prior[chosen]
    return Views(views.sparse[chosen], views.vectors[chosen], views.smooth[chosen], None, prior)


def _flows(
    affinity: Any, positions: Array, codes: Array, judged: Array, classes: int, seed: int
) -> tuple[Array, Array]:
    """The flow of all labels (items, classes), and of the others' labels at each judged item."""
    rng = np.random.default_rng(seed)
    fold_of = np.empty(len(codes), dtype=np.int64)
    shuffled = rng.permutation(len(codes))
    fold_of[shuffled[np.argsort(codes[shuffled], kind="stable")]] = np.arange(len(codes)) % FOLDS
    flow = spread(affinity, positions, codes, classes)
    around, places = nearby(affinity, positions, flow)
    others = spread_each(around, places, codes, classes, fold_of != np.arange(FOLDS)[:, None])
    return flow, others[fold_of[judged], judged]


def _weigh(unseen: Sequence[Array], codes: Array, labels: int) -> Array:
    """The weights under which the labels are likeliest, held near a prior: (teachers,), 0 or more."""
    from scipy.optimize import minimize

    early = max(_LEAST, min(1.0, _EARLY / labels))
    prior = np.array([1 - 0.5 * early, 0.5 * early, 0.5 * early, 0.25 * early])[: len(unseen)]
    stack = np.stack([np.asarray(one, dtype=np.float64) for one in unseen])  # teachers, labels, classes
    own = stack[:, np.arange(len(codes)), codes]

    def cost(weights: Array) -> tuple[float, Array]:
        total = np.tensordot(weights, stack, axes=1)
        logs = log_softmax(total)
        expected = np.einsum("tnc,nc->tn", stack, np.exp(logs))
        away = weights - prior
        value = -logs[np.arange(len(codes)), codes].sum() + _TRUST * (away**2).sum()
        return float(value), (expected - own).sum(axis=1) + 2 * _TRUST * away

    found = minimize(cost, prior, jac=True, bounds=[(0.0, 2.0)] * len(prior), method="L-BFGS-B")
    weights = np.asarray(found.x)
    return weights if weights.sum() > 0.05 else prior


def log_softmax(logits: Array) -> Array:
    """Rows of logits to log probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
