"""Any number of labels an item: each label by itself, from the same teachers that one label an item has.

Linear models on features and on features averaged over neighbors, what spreads along the neighbor graph, and what was
written about each label say a number each; a logistic regression weighs them by labels that they had not seen, held
near a prior (Platt 1999 for the form; stacking: Wolpert 1992). The teachers' weights are shared by all labels, since
one label alone has too few examples to tell; each label has a shift of its own, which makes the probabilities fit how
frequent it is.

A label is given where it raises the F1 that is to be expected (Lipton, Elkan and Naryanaswamy 2014, "Optimal
Thresholding of Classifiers to Maximize F1 Measure"): rare labels would else hardly ever be said.

Why: docs/decisions/0017-several-labels.md and docs/decisions/0018-unseen-thresholds.md
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import Views
from labeler.learning.semi_supervised.label_spreading import spread_left_out, spread_rows
from labeler.learning.semi_supervised.outputs import Outputs, dealt, ridge_of_many, ridge_outputs, some_labels

FOLDS = 5
PRIOR = {"linear": 1.5, "linear_smoothed": 1.5, "neighbors": 0.4, "words": 0.15}
"""What each teacher counts before there is evidence."""

_TRUST = 8.0
_TRUST_SHIFT = 0.5
_MOST = 8.0
_LEAST_SHARE = 0.02


@dataclass
class MultilabelEnsemble:
    """classes: the labels, in the order of the columns; weights: by name of the teacher; shift: float64 (labels,);
    shares: float64 (labels,), how frequent each was; reach: what spreads to a typical item; thresholds: float64
    (labels,), the probability from which on each label is given; evidence: see `Ensemble`."""

    classes: list[str]
    weights: dict[str, float]
    shift: Array
    shares: Array
    reach: float
    linear: dict[str, Outputs] = field(default_factory=dict)
    thresholds: Array = field(default_factory=lambda: np.zeros(0))
    forest: Any = None
    evidence: float = 0.0

    def predict_proba(self, views: Views) -> Array:
        """How likely each item has each label, float32 (items, labels)."""
        return self._proba(self._answers(views)).astype(np.float32)

    def _proba(self, answers: Iterable[tuple[str, Array]]) -> Array:
        logits = self.shift + sum(self.weights[name] * said for name, said in answers)
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))

    def _answers(self, views: Views) -> Iterator[tuple[str, Array]]:
        for name, teacher in self.linear.items():
            yield name, teacher.scores(views.parts(name))
        if views.flow is not None and "neighbors" in self.weights:
            yield "neighbors", near_logits(views.flow, self.shares, self.reach)
        if views.prior is not None and "words" in self.weights:
            yield "words", views.prior

    def state(self) -> dict[str, Any]:
        """Arrays and numbers, for storing without pickle."""
        linear = {name: vars(teacher) for name, teacher in self.linear.items()}
        kept = {key: value for key, value in vars(self).items() if key != "evidence"}
        return {"kind": "multilabel", **kept, "linear": linear}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "MultilabelEnsemble":
        """What `state` gave."""
        given = {name: value for name, value in state.items() if name != "kind"}
        return cls(**given | {"linear": {name: Outputs(**teacher) for name, teacher in state["linear"].items()}})


def fit_multilabel(
    labeled: Views, has: Array, classes: list[str], affinity: Any, positions: Array, seed: int
) -> tuple[MultilabelEnsemble, Array, Array]:
    """Teach on labeled items; returns the ensemble; what flows over the pool: float32 (items, labels + 1), each label's
    and, last, everybody's; and what is said of labeled items by teachers that had not seen their labels: float64
    (judged, labels), of all of them or of a random part.

    labeled: the labeled items in one order (prior: logits by what was written, or None); has: bool (items, labels);
    affinity: the pool's graph; positions: int (items,), where in it the labeled ones are. The same input gives
    bit-identical results.
    """
    from threadpoolctl import threadpool_limits

    shares = (has.sum(axis=0) + 0.5) / (len(has) + 1.0)
    with threadpool_limits(1):
        judged = some_labels(len(has), seed)
        sample = labeled.take(judged)
        unseen: dict[str, Array] = {}
        ensemble = MultilabelEnsemble(classes, {}, np.log(shares / (1 - shares)), shares, 0.0)
        for name in ("linear", "linear_smoothed"):
            targets = 2.0 * has - 1.0
            ensemble.linear[name], unseen[name] = ridge_outputs(sample.parts(name), targets[judged])
            if len(judged) < len(has):
                ensemble.linear[name] = ridge_of_many(labeled.parts(name), targets)
        sent = np.hstack([has, np.ones((len(has), 1), dtype=bool)]).astype(np.float32)
        flow = spread_rows(affinity, positions, sent)
        held = spread_left_out(affinity, positions, sent, judged, dealt(len(positions), FOLDS, seed))
        ensemble.reach = float(np.median(held[:, -1])) if len(held) else 0.0
        unseen["neighbors"] = near_logits(held, shares, ensemble.reach)
        if labeled.prior is not None:
            unseen["words"] = np.asarray(labeled.prior[judged], dtype=np.float64)
        ensemble.weights, ensemble.shift, ensemble.evidence = _weigh(unseen, has[judged], ensemble.shift)
        held_out = ensemble._proba(unseen.items())
    return ensemble, flow, held_out


def near_logits(flow: Array, shares: Array, reach: float) -> Array:
    """How much more of each label reaches an item than of all: float64 (items, labels), 0 where nothing does.

    flow: (items, labels + 1), see `fit_multilabel`; half of `reach` is added as the pool's own shares.
    """
    usual = 0.5 * reach + 1e-9
    share = (flow[:, :-1] + usual * shares) / (flow[:, -1:] + usual)
    share = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(share / (1 - share)) - np.log(shares / (1 - shares)))


def expected_f1_thresholds(proba: Array, weight: Array | None = None) -> Array:
    """The probability from which on giving each label makes the F1 largest that is to be expected: (labels,).

    proba: (items, labels) of items like those that will be judged, calibrated; weight: (items,), how many each stands
    for, None: all for as many.
    """
    amount = np.ones(len(proba)) if weight is None else np.asarray(weight, dtype=np.float64)
    thresholds = np.full(proba.shape[1], 0.5)
    for label in range(proba.shape[1]):
        order = np.argsort(-proba[:, label], kind="stable")
        highest = proba[order, label].astype(np.float64)
        hits = np.cumsum(amount[order] * highest)
        f1 = 2 * hits / (np.cumsum(amount[order]) + hits[-1])
        best = int(f1.argmax())
        thresholds[label] = np.clip(highest[best], 0.02, 0.5)
    return thresholds


def _weigh(unseen: dict[str, Array], has: Array, shift: Array) -> tuple[dict[str, float], Array, float]:
    """Weights of 0 or more, one a teacher, and a shift for each label, held near their priors; and the evidence, see
    `stacking.weigh`."""
    from scipy.optimize import minimize

    names = list(unseen)
    stack = np.stack([unseen[name] for name in names]).astype(np.float64)  # teachers, items, labels
    start = np.concatenate([[PRIOR[name] for name in names], shift])
    y = has.astype(np.float64)
    teachers = len(names)

    def cost(given: Array) -> tuple[float, Array]:
        logits = np.tensordot(given[:teachers], stack, axes=1) + given[teachers:]
        value = float((np.logaddexp(0, logits) - y * logits).sum())
        error = 1 / (1 + np.exp(-np.clip(logits, -30, 30))) - y
        away = given - start
        trust = np.concatenate([np.full(teachers, _TRUST), np.full(len(shift), _TRUST_SHIFT)])
        slope = np.concatenate([np.tensordot(stack, error, axes=([1, 2], [0, 1])), error.sum(axis=0)])
        return value + float(trust @ away**2), slope + 2 * trust * away

    bounds = [(0.0, _MOST)] * teachers + [(-12.0, 12.0)] * len(shift)
    found = np.asarray(minimize(cost, start, jac=True, bounds=bounds, method="L-BFGS-B").x)
    return dict(zip(names, found[:teachers].tolist(), strict=True)), found[teachers:], -cost(found)[0]
