"""Which model suits these labels: a randomised search, coarse first, then finer around the best.

Configurations are drawn from the models' spaces and tried on two folds of a part of the labels; new ones are drawn
nearer and nearer to the best of the leading models; the best of each leading model meets the default in the final,
on five folds of all labels that were dealt anew, so that the luck of the first folds does not count there. The pool
ensemble takes part like any other, with a fold's labels hidden from its graph too.

The labels were chosen by a strategy, so the scores here compare models on the same items, and say nothing unbiased
about how good any of them is: that is what the holdout is for, and a search never sees it. Since a search
looks at many candidates, some win by chance: a challenger replaces the default only when its log loss is better by
more than one standard error of the paired differences, and its accuracy is no worse. A tie keeps the default.

Sources: Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization"; Jamieson and Talwalkar 2016,
"Non-stochastic Best Arm Identification" (successive halving); Nadeau and Bengio 2003, "Inference for the
Generalization Error" (folds share their training labels: the error of a mean over folds is larger than it looks).
"""

import json
import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from labeler.learning.ensemble import Views
from labeler.learning.errors import TooFewLabels
from labeler.learning.estimators.softmax import folds_of
from labeler.learning.features.pipeline import FeaturePipeline
from labeler.learning.models import POOL_ENSEMBLE, get_model
from labeler.learning.models.registry import registered
from labeler.learning.pooled import Pooling, fit_pooled

Array = np.ndarray[Any, Any]

FEWEST = 50
"""Labels that a search needs."""

FOLDS = 5
_COARSE_FOLDS = 2
_COARSE_LABELS = 600  # labels of the coarse rounds: they only have to tell good from bad
_MOST_LABELS = 3_000
_DRAWS = 3  # configurations of a model beside its defaults
_NEARER = (0.3, 0.1)  # of the range, around the best: the rounds after the coarse one
_REFINED = 2  # models that are drawn from again in each of these rounds
_FINALISTS = 3
_LEAST_PROBA = 1e-4


@dataclass(frozen=True)
class Candidate:
    """A model by name, and hyperparameters other than its defaults."""

    model: str
    params: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.model} {json.dumps(self.params, sort_keys=True)}"


@dataclass(frozen=True)
class PoolFit:
    """What the pool ensemble needs beside the labeled rows. positions: int (labels,), their places in the pool."""

    pipeline: FeaturePipeline
    pooling: Pooling
    positions: Array


@dataclass(frozen=True)
class Trial:
    """A candidate's scores: means over folds, each with its standard error. seconds: of one fit, on average.

    final: whether it met the default; only those can be compared, all others were tried on fewer labels.
    """

    model: str
    params: dict[str, Any]
    log_loss: float
    log_loss_error: float
    accuracy: float
    accuracy_error: float
    folds: int
    seconds: float
    final: bool


@dataclass(frozen=True)
class Found:
    """What a search found. trials: the finalists by log loss, then all others by theirs; reason: a sentence.

    gain, gain_error: by how much the chosen, or else the best challenger, has a lower log loss than the default, and
    the standard error of that; None when only the default took part in the final.
    """

    chosen: Candidate
    default: Candidate
    gain: float | None
    gain_error: float | None
    reason: str
    labels: int
    trials: list[Trial]

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


Known = MutableMapping[str, list[float]]
Tell = Callable[[int, int, str], None]


def suited(*, is_table: bool) -> list[str]:
    """Models with one label an item that are worth a search on table rows, or on texts."""
    found = [one for one in registered().values() if one.task == "choice"]
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
            self._try(name, [{}, *drawn], tried, "coarse")
        for share in _NEARER:
            for best in _leaders(tried)[:_REFINED]:
                one = get_model(best.model)
                middle = one.defaults() | best.params
                near = [
                    {key: space.near(middle[key], share, rng) for key, space in one.space.items()}
                    for _ in range(_DRAWS)
                ]
                self._try(best.model, near, tried, "finer")
        finalists = [Candidate(one.model, one.params) for one in _leaders(tried)[:_FINALISTS]]
        finalists = [default, *(one for one in finalists if one != default)]
        results = [self._folds(one, self.all, FOLDS, self.seed + 1, "final") for one in finalists]
        return _decide(finalists, results, tried, len(self.all))

    def _try(self, name: str, drawn: Sequence[dict[str, Any]], tried: dict[str, Trial], text: str) -> None:
        for params in drawn:
            one = Candidate(name, get_model(name).unusual(params))
            scores = self._folds(one, self.some, _COARSE_FOLDS, self.seed, text)
            tried[one.key] = _trial(one, scores, final=False)

    def _folds(self, candidate: Candidate, rows: Array, folds: int, seed: int, text: str) -> Array:
        """Log loss, accuracy and seconds on each of the first `folds` folds: (folds, 3)."""
        fold_of = folds_of(self.codes[rows], seed, FOLDS)
        scores = []
        for fold in range(folds):
            self.tell(min(self.done, self.total), self.total, f"{text}: {candidate.model}")
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
        around, positions = self.pool.pooling.around, self.pool.positions
        y = self.names[self.codes[inside]]
        trained, flow = fit_pooled(
            self.pool.pipeline, self.X[inside], positions[inside], y, self.pool.pooling, self.seed
        )
        places = positions[outside]
        vectors = np.asarray(around.vectors[places])
        words = None if trained.surroundings is None else trained.surroundings.words
        prior = None if words is None else words.prior(vectors)
        smooth, cells = np.asarray(around.smooth[places]), self.pool.pipeline.cells(self.X[outside])
        views = Views(self.X[outside], vectors, smooth, flow[places], prior, cells)
        return np.searchsorted(self.names, trained.classes), np.asarray(trained.estimator.predict_proba(views))


def _part(n: int, most: int, rng: np.random.Generator) -> Array:
    """Positions of all, or of so many at random, rising."""
    return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))


def _leaders(tried: dict[str, Trial]) -> list[Trial]:
    """The best trial of each model, best first."""
    ranked = sorted(tried.values(), key=lambda one: one.log_loss)
    first: dict[str, Trial] = {}
    for one in ranked:
        first.setdefault(one.model, one)
    return list(first.values())


def _trial(candidate: Candidate, scores: Array, *, final: bool) -> Trial:
    loss, accuracy, seconds = scores.mean(axis=0)
    loss_error, accuracy_error = (_error(scores[:, column]) for column in (0, 1))
    return Trial(
        candidate.model,
        candidate.params,
        float(loss),
        loss_error,
        float(accuracy),
        accuracy_error,
        len(scores),
        round(float(seconds), 4),
        final,
    )


def _error(values: Array) -> float:
    """Standard error of a mean over folds, corrected for the training labels that they share."""
    return float(np.sqrt(values.var(ddof=1) * (1 / len(values) + 1 / (FOLDS - 1))))


def _decide(finalists: Sequence[Candidate], results: Sequence[Array], tried: dict[str, Trial], labels: int) -> Found:
    """finalists: the default first; results: scores (folds, 3) of each, on the same folds."""
    default, stands = finalists[0], results[0]
    order = sorted(range(1, len(finalists)), key=lambda place: float(results[place][:, 0].mean()))
    chosen, gain, error = default, None, None
    reason = f"{default.model} was the only one in the final"
    for place in order:
        difference = stands[:, 0] - results[place][:, 0]
        gained, unsure = float(difference.mean()), _error(difference)
        is_sure, is_right = gained > unsure, results[place][:, 1].mean() >= stands[:, 1].mean()
        if gain is None or (is_sure and is_right):
            gain, error = gained, unsure
            reason = _because(finalists[place].model, default.model, gained, unsure, is_sure, bool(is_right))
        if is_sure and is_right:
            chosen = finalists[place]
            break
    finals = [_trial(one, scores, final=True) for one, scores in zip(finalists, results, strict=True)]
    finals.sort(key=lambda one: one.log_loss)
    others = [one for key, one in tried.items() if key not in {final.key for final in finalists}]
    return Found(chosen, default, gain, error, reason, labels, [*finals, *sorted(others, key=lambda one: one.log_loss)])


def _because(challenger: str, default: str, gain: float, error: float, is_sure: bool, is_right: bool) -> str:
    if is_sure and is_right:
        return f"{challenger} has a log loss lower by {gain:.3f} (standard error {error:.3f}) than {default}"
    if is_sure:
        return f"{challenger} has the lower log loss, but {default} is more often right"
    if gain > 0:
        return f"{challenger} is ahead of {default} by {gain:.3f}, within one standard error ({error:.3f})"
    return f"no challenger has a lower log loss than {default}"
