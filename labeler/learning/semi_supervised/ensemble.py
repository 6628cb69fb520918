"""Several teachers, weighed by evidence: linear models, trees, the pool's graph, the guideline's words.

Each says a log probability of every class; they are added with weights that make the labels likeliest for which
the teacher had not seen the answer (see `stacking`), held near a prior that trusts the pool early and the linear
model later. The last teacher only knows how often each label was given: all others treat rare labels like frequent
ones, and evidence says how much that has to be taken back. Beyond DUAL labels linear SVMs take over from ridge
classifiers, and the weights stay those of a sample. What this is worth: docs/decisions/0005-ensemble.md
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeler.learning.errors import TooFewLabels
from labeler.learning.estimators.softmax import folds_of
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised import trees
from labeler.learning.semi_supervised.label_spreading import as_log_proba, nearby, spread, spread_each
from labeler.learning.semi_supervised.linear import Linear, ridge, svm
from labeler.learning.semi_supervised.stacking import log_softmax, weigh

TEACHERS = ("linear", "linear_smoothed", "neighbors", "words", "trees", "frequency")
DUAL = 1_500
FOLDS = 5
_EARLY = 50  # labels after which trust in the graph falls
_LEAST = 0.1
BESIDE_TREES = 0.6
FREQUENCY = 0.3


@dataclass(frozen=True)
class Views:
    """Items as the teachers see them, row by row.

    sparse: features (items, width), sparse or dense; vectors, smooth: float32 (items, d), see NeighborGraph;
    flow: float32 (items, classes), what `spread` gave; prior: log probabilities (items, classes) by words, or None;
    cells: a table's columns float32 (items, columns), see `FeaturePipeline.cells`, or None.
    """

    sparse: Any
    vectors: Array
    smooth: Array
    flow: Array | None = None
    prior: Array | None = None
    cells: Array | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, chosen: Array) -> "Views":
        """These items only, as the linear teachers read them."""
        return Views(self.sparse[chosen], self.vectors[chosen], self.smooth[chosen])

    def parts(self, name: str) -> list[Any]:
        """What the linear teacher of this name reads."""
        return [self.sparse, self.vectors, self.smooth] if name == "linear_smoothed" else [self.sparse, self.vectors]


@dataclass
class Ensemble:
    """The teachers and their weights. classes: the labels, in the order of the columns.

    weights: by name of the teacher, 0 or more; linear: the linear teachers by name; forest: the trees, None for what
    is no table; frequency: the log share of each label among those given (classes,); evidence: see `weigh`, to choose
    among ensembles of the same labels, and not stored.
    """

    classes: list[str]
    weights: dict[str, float]
    linear: dict[str, Linear] = field(default_factory=dict)
    forest: Any = None
    frequency: Array = field(default_factory=lambda: np.zeros(0))
    evidence: float = 0.0

    def log_proba(self, views: Views) -> Array:
        """Log probabilities, float32 (items, classes). Views are needed only where their teacher counts."""
        total = np.zeros((len(views), len(self.classes)))
        for name, said in self._answers(views):
            total += self.weights[name] * said
        return np.asarray(log_softmax(total), dtype=np.float32)

    def predict_proba(self, views: Views) -> Array:
        """Probabilities, float32 (items, classes), rows sum to 1."""
        return np.exp(self.log_proba(views))

    def _answers(self, views: Views) -> Iterator[tuple[str, Array]]:
        """Each teacher that counts, and what it says."""
        counting = [name for name in TEACHERS if self.weights.get(name, 0) > 0]
        for name in counting:
            if name in self.linear:
                yield name, self.linear[name].log_proba(views.parts(name))
            elif name == "neighbors":
                assert views.flow is not None
                yield name, as_log_proba(views.flow)
            elif name == "words" and views.prior is not None:
                yield name, views.prior
            elif name == "trees" and views.cells is not None:
                yield name, trees.log_proba(self.forest, views.cells)
            elif name == "frequency":
                yield name, self.frequency[None, :]

    def state(self) -> dict[str, Any]:
        """Arrays, numbers and a scikit-learn forest, for storing without pickle."""
        linear = {name: vars(teacher) for name, teacher in self.linear.items()}
        return {
            "classes": self.classes,
            "weights": self.weights,
            "linear": linear,
            "forest": self.forest,
            "frequency": self.frequency,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Ensemble":
        """What `state` gave."""
        linear = {name: Linear(**teacher) for name, teacher in state["linear"].items()}
        return cls(list(state["classes"]), dict(state["weights"]), linear, state["forest"], state["frequency"])


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
        ensemble = Ensemble([str(name) for name in names], {})
        unseen = _linear(ensemble, labeled, codes, judged, seed)
        flow, held = _flows(affinity, positions, codes, judged, len(names), seed)
        unseen["neighbors"] = as_log_proba(held)
        if labeled.prior is not None:
            unseen["words"] = labeled.prior[judged]
        if labeled.cells is not None and labeled.cells.shape[1]:
            ensemble.forest, unseen["trees"] = _trees(labeled.cells, codes, judged, len(names), seed)
        ensemble.frequency, unseen["frequency"] = _frequency(codes, judged, len(names))
        prior = _prior(len(codes), is_table=ensemble.forest is not None)
        ensemble.weights, ensemble.evidence = weigh(unseen, codes[judged], prior)
    return ensemble, flow


def _prior(labels: int, is_table: bool) -> dict[str, float]:
    """What each teacher counts before there is evidence: on tables the trees most.

    Mean accuracy over 25 to 200 labels of 22 tables, 2 draws: 0.796 without trees and frequency, 0.810 with frequency,
    0.827 with both, 0.818 with the trees at half of this and the others in full; macro-F1 0.735, 0.722 without trees.
    """
    early = max(_LEAST, min(1.0, _EARLY / labels))
    share = BESIDE_TREES if is_table else 1.0
    weights = (1 - 0.5 * early, 0.5 * early, 0.5 * early, 0.25 * early)
    return dict(zip(TEACHERS, [*(share * weight for weight in weights), 1.0, FREQUENCY], strict=True))


def _linear(ensemble: Ensemble, labeled: Views, codes: Array, judged: Array, seed: int) -> dict[str, Array]:
    """Teach the linear teachers; returns their left-out log probabilities of the judged items."""
    sample, unseen = labeled.take(judged), {}
    for name in TEACHERS[:2]:
        teacher, unseen[name] = ridge(sample.parts(name), codes[judged], len(ensemble.classes))
        ensemble.linear[name] = teacher if len(judged) == len(codes) else svm(labeled.parts(name), codes, seed)
    return unseen


def _trees(cells: Array, codes: Array, judged: Array, classes: int, seed: int) -> tuple[Any, Array]:
    """A forest of all labels, and the left-out log probabilities of the judged items."""
    forest, left_out = trees.grow(cells, codes, classes, seed)
    return forest, left_out[judged]


def _frequency(codes: Array, judged: Array, classes: int) -> tuple[Array, Array]:
    """The log share of each class (classes,), and at each judged item the share among the others' labels."""
    counts = np.bincount(codes, minlength=classes) + 1.0
    others = counts[None, :] - np.eye(classes)[codes[judged]]
    return np.log(counts / counts.sum()), np.log(others / others.sum(axis=1, keepdims=True))


def _flows(
    affinity: Any, positions: Array, codes: Array, judged: Array, classes: int, seed: int
) -> tuple[Array, Array]:
    """The flow of all labels (items, classes), and of the others' labels at each judged item."""
    fold_of = folds_of(codes, seed, FOLDS)
    flow = spread(affinity, positions, codes, classes)
    graph, places = nearby(affinity, positions, flow)
    others = spread_each(graph, places, codes, classes, fold_of != np.arange(FOLDS)[:, None])
    return flow, others[fold_of[judged], judged]
