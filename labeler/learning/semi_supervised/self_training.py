"""Self-training: one linear model that learns from what the ensemble says of items nobody has labeled.

The ensemble knows each item by several teachers, few of which it may trust much early; what they agree on over the
whole pool makes a better linear model than the labels alone could, and a better one than the ensemble that taught it
(Xie et al. 2020, "Self-training with Noisy Student"; Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a
Neural Network"). Its targets are the ensemble's answers, and the labels themselves, which count more. As a
least-squares fit it is too modest about what it knows: it is made as sure, on the whole, as the ensemble is.

For texts, up to MOST labels. Tables gain nothing: there the trees know more than a line can learn. Measured:
docs/decisions/0006-self-training.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.linalg import product
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import DUAL, Ensemble, Views

MOST = DUAL
"""Labels; with more, the ensemble's own linear models have seen enough."""

TAUGHT = 2_000  # unlabeled items
ALPHA = 3.0
LABELED = 4.0  # what a labeled item counts
LEAST = 1e-3  # probability
ROWS = 256


@dataclass(frozen=True)
class SelfTrained:
    """The ensemble's student. coefficients: one float32 (width, classes) for each of a view's three parts; intercept:
    float32 (classes,); power: of its probabilities, see `as_sure_as`."""

    ensemble: Ensemble
    coefficients: list[Array]
    intercept: Array
    power: float

    @property
    def classes(self) -> list[str]:
        return self.ensemble.classes

    @property
    def evidence(self) -> float:
        """For the ensemble that taught it."""
        return self.ensemble.evidence

    @property
    def weights(self) -> dict[str, float]:
        """Of the teachers it learned from."""
        return self.ensemble.weights

    def predict_proba(self, views: Views) -> Array:
        """Probabilities, float32 (items, classes), rows sum to 1; of the views, flow and prior are not looked at."""
        scores = self.intercept[None, :]
        for part, coefficients in zip(_parts(views), self.coefficients, strict=True):
            scores = scores + product(part, coefficients)
        return powered(scores, self.power).astype(np.float32)

    def state(self) -> dict[str, Any]:
        """Arrays and numbers, for storing without pickle."""
        own = {"coefficients": self.coefficients, "intercept": self.intercept, "power": self.power}
        return {"ensemble": self.ensemble.state(), **own}


def estimator_of(state: dict[str, Any]) -> Any:
    """What the `state` of an ensemble of any problem, or of a self-trained one, gave."""
    kind = state.get("kind")
    if kind == "multilabel":
        from labeler.learning.semi_supervised.multilabel import MultilabelEnsemble

        return MultilabelEnsemble.from_state(state)
    if kind == "ordinal":
        from labeler.learning.semi_supervised.ordinal import OrdinalEnsemble

        return OrdinalEnsemble.from_state(state)
    if "ensemble" not in state:
        return Ensemble.from_state(state)
    ensemble = Ensemble.from_state(state["ensemble"])
    return SelfTrained(ensemble, list(state["coefficients"]), state["intercept"], float(state["power"]))


def lesson(n: int, positions: Array, seed: int) -> Array:
    """Rising places of the items that the student learns from: the labeled ones, at `positions`, and of the n items of
    the pool TAUGHT others at random."""
    others = np.delete(np.arange(n), positions)
    if len(others) > TAUGHT:
        others = np.random.default_rng(seed).choice(others, TAUGHT, replace=False)
    return np.union1d(positions, others)


def self_trained(ensemble: Ensemble, views: Views, labeled: Array, codes: Array) -> SelfTrained:
    """The student of an ensemble. views: some items of the pool, with all that the ensemble needs of them; labeled:
    int (labels,), which of them are labeled; codes: int (labels,), as what.

    The same input gives bit-identical results.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        said = ensemble.predict_proba(views)
        targets = said.copy()
        targets[labeled] = np.eye(len(ensemble.classes))[codes]
        weight = np.ones(len(views))
        weight[labeled] = LABELED
        coefficients, intercept = _ridge(_parts(views), targets, weight)
        student = SelfTrained(ensemble, coefficients, intercept, 1.0)
        others = np.setdiff1d(np.arange(len(views)), labeled)
        if not len(others):
            return student
        own = student.predict_proba(views)[others]
        return SelfTrained(ensemble, coefficients, intercept, as_sure_as(own, said[others]))


def as_sure_as(own: Array, said: Array) -> float:
    """The power of `own` whose highest probabilities are on the mean as high as those of `said`, within [0.2, 8]."""
    wanted = float(said.max(axis=1).mean())
    low, high = 0.2, 8.0
    for _ in range(20):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if powered(own, middle).max(axis=1).mean() < wanted else (low, middle)
    return low


def powered(scores: Array, power: float) -> Array:
    """Scores as probabilities, raised to a power: float (items, classes), rows sum to 1."""
    proba = np.clip(scores, LEAST, None)
    proba = (proba / proba.max(axis=1, keepdims=True)) ** power
    return np.asarray(proba / proba.sum(axis=1, keepdims=True))


def _parts(views: Views) -> list[Any]:
    return [views.sparse, views.vectors, views.smooth]


def _ridge(parts: Sequence[Any], targets: Array, weight: Array) -> tuple[list[Array], Array]:
    """Ridge regression of probabilities in its dual form.

    parts: arrays (items, width), sparse or dense; targets: (items, classes); weight: (items,). Returns a coefficient
    array (width, classes) for each part, and the intercept (classes,).
    """
    from scipy.linalg import cho_factor, cho_solve

    mean = np.average(targets, axis=0, weights=weight)
    gram = np.ones((len(targets), len(targets)), dtype=np.float32)
    for part in parts:
        if hasattr(part, "indptr"):  # some rows at a time: a sparse product that is full takes thrice its memory
            for start in range(0, len(gram), ROWS):
                gram[start : start + ROWS] += (part[start : start + ROWS] @ part.T).toarray()
        else:
            gram += part @ part.T
    gram[np.diag_indices(len(targets))] += (ALPHA / weight).astype(np.float32)
    factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    alpha = cho_solve(factor, (targets - mean).astype(np.float32), check_finite=False)
    return [np.asarray(part.T @ alpha, dtype=np.float32) for part in parts], (mean + alpha.sum(axis=0)).astype(
        np.float32
    )
