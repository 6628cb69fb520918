"""Ratings: one score for each item from several teachers, cut into levels by a cumulative logit model.

P(rating <= level) = sigmoid((cut of the level - score) / spread): McCullagh 1980, "Regression Models for Ordinal
Data". The score is a weighted sum of what linear models, the neighbor graph and what was written about the levels
say; weights, cuts and spread are those under which the ratings that the teachers had not seen are likeliest, held
near a prior. Neighboring levels help each other, so that levels with few examples are learned too.

Why: docs/decisions/0016-ratings.md
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import Views
from labeler.learning.semi_supervised.label_spreading import spread_left_out, spread_rows
from labeler.learning.semi_supervised.outputs import Outputs, dealt, ridge_of_many, ridge_outputs, some_labels

FOLDS = 5
PRIOR = {"linear": 0.4, "linear_smoothed": 0.4, "neighbors": 0.3, "words": 0.05}
MOST_CUTS = 20
"""Levels; with more, the cuts lie in the middle between two levels, and only score and spread are measured."""

_TRUST = 8.0
_TRUST_CUTS = 1.0
_LEAST = 1e-6


@dataclass
class OrdinalEnsemble:
    """classes: the levels as text, rising, in the order of the columns; levels: float64 (levels,), the numbers;
    weights: by name of the teacher; mean, scale: of the ratings it learned from; cuts: float64 (levels - 1,), rising,
    on the score's scale; spread: above 0; reach: what spreads to a typical item; evidence: see `Ensemble`."""

    classes: list[str]
    levels: Array
    weights: dict[str, float]
    mean: float
    scale: float
    cuts: Array
    spread: float
    reach: float
    linear: dict[str, Outputs] = field(default_factory=dict)
    forest: Any = None
    evidence: float = 0.0

    def predict_proba(self, views: Views) -> Array:
        """Probabilities of the levels, float32 (items, levels), rows sum to 1."""
        score = np.zeros(len(views))
        for name, said in self._answers(views):
            score += self.weights[name] * said
        return level_proba(score, self.cuts, self.spread).astype(np.float32)

    def _answers(self, views: Views) -> Iterator[tuple[str, Array]]:
        for name, teacher in self.linear.items():
            yield name, teacher.scores(views.parts(name))[:, 0]
        if views.flow is not None and "neighbors" in self.weights:
            yield "neighbors", near_mean(views.flow, self.reach)
        if views.prior is not None and "words" in self.weights:
            yield "words", self._said(views.prior)

    def _said(self, prior: Array) -> Array:
        """The rating that log probabilities of the levels expect, standardized."""
        return np.asarray((np.exp(prior) @ self.levels - self.mean) / self.scale)

    def state(self) -> dict[str, Any]:
        """Arrays and numbers, for storing without pickle."""
        linear = {name: vars(teacher) for name, teacher in self.linear.items()}
        kept = {name: value for name, value in vars(self).items() if name != "evidence"}
        return {"kind": "ordinal", **kept, "linear": linear}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "OrdinalEnsemble":
        """What `state` gave."""
        given = {name: value for name, value in state.items() if name != "kind"}
        return cls(**given | {"linear": {name: Outputs(**teacher) for name, teacher in state["linear"].items()}})


def fit_ordinal(
    labeled: Views, codes: Array, levels: Array, classes: list[str], affinity: Any, positions: Array, seed: int
) -> tuple[OrdinalEnsemble, Array]:
    """Teach on rated items; returns the ensemble, and what flows over the pool: float32 (items, 2), standardized
    ratings and how many of them.

    labeled: the rated items in one order (prior: log probabilities of the levels, or None); codes: int (items,), the
    level of each; levels: the numbers, rising; affinity: the pool's graph; positions: int (items,), where in it the
    rated ones are. The same input gives bit-identical results.
    """
    from threadpoolctl import threadpool_limits

    y = levels[codes]
    mean, scale = float(y.mean()), float(max(y.std(), 1e-6))
    target = (y - mean) / scale
    with threadpool_limits(1):
        judged = some_labels(len(y), seed)
        sample = labeled.take(judged)
        middle = ((levels[1:] + levels[:-1]) / 2 - mean) / scale
        ensemble = OrdinalEnsemble(classes, levels, {}, mean, scale, middle, 0.3, 0.0)
        unseen: dict[str, Array] = {}
        for name in ("linear", "linear_smoothed"):
            ensemble.linear[name], left_out = ridge_outputs(sample.parts(name), target[judged, None])
            unseen[name] = left_out[:, 0]
            if len(judged) < len(y):
                ensemble.linear[name] = ridge_of_many(labeled.parts(name), target[:, None])
        sent = np.column_stack([target, np.ones(len(target))]).astype(np.float32)
        flow = spread_rows(affinity, positions, sent)
        held = spread_left_out(affinity, positions, sent, judged, dealt(len(positions), FOLDS, seed))
        ensemble.reach = float(np.median(held[:, 1])) if len(held) else 0.0
        unseen["neighbors"] = near_mean(held, ensemble.reach)
        if labeled.prior is not None:
            unseen["words"] = ensemble._said(labeled.prior[judged])
        found = _weigh(unseen, codes[judged], middle)
        ensemble.weights, ensemble.cuts, ensemble.spread, ensemble.evidence = found
    return ensemble, flow


def near_mean(flow: Array, reach: float) -> Array:
    """The mean rating that reaches each item, standardized, the nearer 0 the less does: float64 (items,)."""
    return np.asarray(flow[:, 0] / (flow[:, 1] + 0.25 * reach + 1e-9), dtype=np.float64)


def level_proba(score: Array, cuts: Array, spread: float) -> Array:
    """Probabilities of the levels between rising cuts: float64 (items, cuts + 1)."""
    below = 1 / (1 + np.exp(-np.clip((cuts[None, :] - score[:, None]) / spread, -35, 35)))
    whole = np.hstack([np.zeros((len(score), 1)), below, np.ones((len(score), 1))])
    proba = np.maximum(np.diff(whole, axis=1), _LEAST)
    return np.asarray(proba / proba.sum(axis=1, keepdims=True))


def _weigh(unseen: dict[str, Array], codes: Array, middle: Array) -> tuple[dict[str, float], Array, float, float]:
    """Weights of the teachers, cuts and spread under which the levels are likeliest, held near their priors; and the
    evidence, see `stacking.weigh`."""
    from scipy.optimize import minimize

    names = list(unseen)
    stack = np.stack([unseen[name] for name in names])
    teachers, free = len(names), len(middle) <= MOST_CUTS
    start = np.concatenate([[PRIOR[name] for name in names], [np.log(0.3)], [middle[0]], _gaps(middle)])
    if not free:
        start = start[: teachers + 1]
    trust = np.full(len(start), _TRUST_CUTS)
    trust[:teachers] = _TRUST

    def cuts_of(given: Array) -> Array:
        return _cuts(given[teachers + 1 :]) if free else middle

    def cost(given: Array) -> float:
        score = given[:teachers] @ stack
        proba = level_proba(score, cuts_of(given), float(np.exp(given[teachers])))
        likely = -np.log(proba[np.arange(len(codes)), codes]).sum()
        return float(likely + trust @ (given - start) ** 2)

    bounds = [(0.0, 3.0)] * teachers + [(-3.0, 2.0)] + [(-8.0, 8.0)] * (len(start) - teachers - 1)
    found = np.asarray(minimize(cost, start, bounds=bounds, method="L-BFGS-B").x)
    weights = dict(zip(names, found[:teachers].tolist(), strict=True))
    return weights, cuts_of(found), float(np.exp(found[teachers])), -cost(found)


def _gaps(cuts: Array) -> Array:
    """Logarithms of the distances between rising cuts."""
    return np.log(np.maximum(np.diff(cuts), 1e-3))


def _cuts(given: Array) -> Array:
    """Rising cuts: the first, and the others by the logarithms of their distances."""
    return np.concatenate([given[:1], given[0] + np.cumsum(np.exp(given[1:]))])
