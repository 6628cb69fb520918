"""Which model suits these labels: a randomized search, coarse first, then finer around the best.

Configurations are drawn from the models' spaces and tried on two folds of a part of the labels; new ones are drawn
nearer and nearer to the best of the leading models; the best of each leading model meets the default in the final,
on five other folds of all labels, so that the luck of the first folds does not count there. The pool
ensemble takes part like any other, with a fold's labels hidden from its graph too.

The labels were chosen by a strategy, so the scores here compare models on the same items, and say nothing unbiased
about how good any of them is: that is what the holdout is for, and a search never sees it. When a challenger
replaces the default: see `trials`.

Sources: Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization"; Jamieson and Talwalkar 2016,
"Non-stochastic Best Arm Identification" (successive halving); Nadeau and Bengio 2003, "Inference for the
Generalization Error" (folds share their training labels: the error of a mean over folds is larger than it looks).
"""

import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.batch_predict import BatchPredictor
from labeler.learning.errors import TooFewLabels
from labeler.learning.estimators.softmax import folds_of
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.fitting import UnlabeledData, fit_pooled
from labeler.learning.model_selection.trials import FOLDS, Candidate, Found, Trial, decide, leaders, trial_of
from labeler.learning.models import POOL_ENSEMBLE, get_model
from labeler.learning.models.registry import registered
from labeler.learning.numeric.types import Array

FEWEST = 50
"""Labels that a search needs."""

_COARSE_FOLDS = 2
_COARSE_LABELS = 600  # labels of the coarse rounds: they only have to tell good from bad
_MOST_LABELS = 3_000
_DRAWS = 3  # configurations of a model in addition to its defaults
_NEARER = (0.3, 0.1)  # of the range, around the best: the rounds after the coarse one
_REFINED = 2  # models that are drawn from again in each of these rounds
_FINALISTS = 3
_LEAST_PROBA = 1e-4


@dataclass(frozen=True)
class PoolFit:
    """What the pool ensemble needs besides the labeled rows. positions: int (labels,), their indices in the pool."""

    pipeline: FeaturePipeline
    pooling: UnlabeledData
    positions: Array


Known = MutableMapping[str, list[float]]
Tell = Callable[[int, int, str], None]


def suited(*, is_table: bool) -> list[str]:
    """Models with one label per item that are worth a search on table rows, or on texts."""
    found = [one for one in registered().values() if one.problem == "classification"]
    return [one.name for one in found if is_table or not one.tables_only]


def search(
    X: Any,
    y: Sequence[str] | Array,
    *,
    models: Sequence[str],
    seed: int,
    pool: PoolFit | None = None,
    tell: Tell = lambda done, total, text: None,
    known: Known | None = None,
) -> Found:
    """Find the model for these labels, or keep the default: the pool ensemble, or a linear SVM without a pool.

    X: sparse or dense (labels, features); y: their labels; models: names of those that challenge the default.
    tell(done, total, text) is called before each fit and may raise to end the search. known: filled with the score
    of every fit, so that a search that was ended goes on where it was when handed the same; nothing in the result
    depends on it but the seconds. The same input and seed give the same result, seconds apart.
    Raises TooFewLabels for fewer than 50 labels, or unless two of them have 5 examples; UnknownName for a model
    that does not exist.
    """
    names, codes = np.unique(np.asarray(y, dtype=np.str_), return_inverse=True)
    if len(codes) < FEWEST or (np.bincount(codes, minlength=2) >= FOLDS).sum() < 2:
        raise TooFewLabels(f"a search needs {FEWEST} labels, and two of them with {FOLDS} examples each")
    challengers = [get_model(name).name for name in models]
    default = Candidate("linear_svm" if pool is None else POOL_ENSEMBLE, {})
    run = _Search(X, names, codes, pool, seed, tell, {} if known is None else known)
    run.expect(challengers)
    return run.run(challengers, default)


class _Search:
    """One search at work: its data, what it knows so far, and how far it is."""

    def __init__(
        self, X: Any, names: Array, codes: Array, pool: PoolFit | None, seed: int, tell: Tell, known: Known
    ) -> None:
        self.X, self.names, self.codes, self.pool, self.seed = X, names, codes, pool, seed
        self.tell, self.known = tell, known
        self.done, self.total = 0, 0
        rng = np.random.default_rng([seed, 1])
        self.all = _part(len(codes), _MOST_LABELS, rng)
        self.some = self.all[_part(len(self.all), _COARSE_LABELS, rng)]

    def expect(self, challengers: Sequence[str]) -> None:
        """How many fits there will be."""
        coarse = len(challengers) * (1 + _DRAWS)
        finer = min(_REFINED, len(challengers)) * len(_NEARER) * _DRAWS
        finalists = min(_FINALISTS, len(challengers)) + 1
        self.total = (coarse + finer) * _COARSE_FOLDS + finalists * FOLDS

    def run(self, challengers: Sequence[str], default: Candidate) -> Found:
        rng = np.random.default_rng([self.seed, 2])
        tried: dict[str, Trial] = {}
        for name in challengers:
            space = get_model(name).space
            drawn = [{key: one.draw(rng) for key, one in space.items()} for _ in range(_DRAWS)]
            self._try(name, [{}, *drawn], tried, "first round")
        for share in _NEARER:
            for best in leaders(tried)[:_REFINED]:
                one = get_model(best.model)
                middle = one.defaults() | best.params
                near = [
                    {key: space.near(middle[key], share, rng) for key, space in one.space.items()}
                    for _ in range(_DRAWS)
                ]
                self._try(best.model, near, tried, "nearer to the best")
        finalists = [Candidate(one.model, one.params) for one in leaders(tried)[:_FINALISTS]]
        finalists = [default, *(one for one in finalists if one != default)]
        results = [self._folds(one, self.all, FOLDS, self.seed + 1, "final round") for one in finalists]
        return decide(finalists, results, tried, len(self.all))

    def _try(self, name: str, drawn: Sequence[dict[str, Any]], tried: dict[str, Trial], text: str) -> None:
        for params in drawn:
            one = Candidate(name, get_model(name).unusual(params))
            scores = self._folds(one, self.some, _COARSE_FOLDS, self.seed, text)
            tried[one.key] = trial_of(one, scores, final=False)

    def _folds(self, candidate: Candidate, rows: Array, folds: int, seed: int, text: str) -> Array:
        """Log loss, accuracy and seconds on each of the first `folds` folds: (folds, 3)."""
        fold_of = folds_of(self.codes[rows], seed, FOLDS)
        scores = []
        for fold in range(folds):
            self.tell(min(self.done, self.total), self.total, f"trying {candidate.model}, {text}")
            self.done += 1
            key = f"{text} {fold} {candidate.key}"
            if key not in self.known:
                self.known[key] = self._fit(candidate, rows[fold_of != fold], rows[fold_of == fold])
            scores.append(self.known[key])
        return np.array(scores)

    def _fit(self, candidate: Candidate, inside: Array, outside: Array) -> list[float]:
        from threadpoolctl import threadpool_limits

        started = time.perf_counter()
        with threadpool_limits(1):
            if candidate.model == POOL_ENSEMBLE:
                classes, said = self._ensemble(inside, outside)
            else:
                estimator = get_model(candidate.model).make(self.seed, **candidate.params)
                said = estimator.fit(self.X[inside], self.codes[inside]).predict_proba(self.X[outside])
                classes = estimator.classes_
        proba = np.zeros((len(outside), len(self.names)))
        proba[:, classes] = said
        own = np.clip(proba[np.arange(len(outside)), self.codes[outside]], _LEAST_PROBA, 1.0)
        right = proba.argmax(axis=1) == self.codes[outside]
        return [float(-np.log(own).mean()), float(right.mean()), round(time.perf_counter() - started, 4)]

    def _ensemble(self, inside: Array, outside: Array) -> tuple[Array, Array]:
        """The ensemble's codes and probabilities for items whose labels it did not see."""
        assert self.pool is not None
        graph, positions = self.pool.pooling.graph, self.pool.positions
        y = self.names[self.codes[inside]]
        trained, flow = fit_pooled(
            self.pool.pipeline, self.X[inside], positions[inside], y, self.pool.pooling, self.seed
        )
        places = positions[outside]
        vectors, smooth = np.asarray(graph.vectors[places]), np.asarray(graph.smooth[places])
        said = BatchPredictor.of(trained).score(self.X[outside], vectors, smooth, flow[places])
        return np.searchsorted(self.names, trained.classes), said


def _part(n: int, most: int, rng: np.random.Generator) -> Array:
    """Positions of all, or of this many at random, rising."""
    return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))
