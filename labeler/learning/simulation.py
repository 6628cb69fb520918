"""Strategies simulated on labels that are there: how many each would have asked for until a model is as good.

A random third of the labeled items judges (drawn again for each seed), the rest is a pool whose labels are hidden. From
the same first labels each strategy runs the loop of the service (`loop.fit`, `loop.predict`, `loop.select`) in steps of
geometric size until all of the rest is labeled; there all strategies meet, and that is the score with all labels.

Intervals have the spread of items (the same samples of items judge every strategy and seed, so what is hard about an
item cancels out) and that of seeds, drawn with replacement. What is compared with a random order is told for all
strategies at once (Bonferroni). docs/decisions/0055-simulations.md
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning import loop
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.judge import Judge, samples
from labeler.learning.evaluation.metrics import Metric
from labeler.learning.evaluation.savings import reached
from labeler.learning.numeric.types import Array
from labeler.learning.problems import Problem

MARK = 0.95
"""Of the score with all labels: what strategies are to come to."""
FIRST = 10
SIZES = 10
TESTED = 3
"""One in so many items judges."""
RESAMPLED = 400
DRAWS = 200
"""How often first labels are drawn until a model learns from them."""


@dataclass(frozen=True)
class Simulated:
    """What became of one strategy. curve: (labels, score with its interval); needed: labels until the mark; fewer: by
    how many fewer than a random order, ahead: by how much its score is better on average over the curve, both None for
    the random order itself. Scores are turned so that more is better."""

    name: str
    curve: list[tuple[int, Estimate]]
    needed: Estimate
    fewer: Estimate | None
    ahead: Estimate | None


@dataclass(frozen=True)
class Simulation:
    """pool: items whose labels could be asked for, tested: items that judged, for each seed; full: score with all
    labels of the pool; mark: the score that strategies are to come to."""

    pool: int
    tested: int
    full: Estimate
    mark: float
    strategies: list[Simulated]


def sizes(pool: int, first: int = FIRST) -> list[int]:
    """Labels of the models, each a like factor more than the one before; the last is all there are."""
    return sorted({round(float(one)) for one in np.geomspace(min(first, pool), pool, SIZES)})


def simulate(
    pool: loop.PoolData,
    problem: Problem,
    values: Sequence[Any],
    strategies: Sequence[str],
    metric: Metric,
    *,
    spec: loop.ModelSpec | None = None,
    seeds: int = 3,
    seed: int = 0,
    schema: Mapping[str, Any] | None = None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Simulation | None:
    """pool: labeled items alone, see `LabeledPool`; values: their answers, in its order; strategies: see
    `simulable.resolved`, the random order last; spec: as of `loop.fit`; seed: of all that is drawn; tell(done, of):
    models learned so far.

    None where no model learns from ten labels, however they are drawn. Raises LearningError as strategies and models
    do.
    """
    n, tested = len(pool), len(pool) // TESTED
    ends = sizes(n - tested)
    weights = samples(n, np.random.default_rng(seed), RESAMPLED)
    of = seeds * (2 + len(strategies) * (len(ends) - 2))
    done = 0
    scores = np.empty((seeds, len(strategies), len(ends), 1 + RESAMPLED))
    for number in range(seeds):
        rng = np.random.default_rng([seed, number])
        mixed = rng.permutation(n)
        test, rest = np.sort(mixed[:tested]), mixed[tested:]
        first = _first(problem, values, rest, ends[0], rng)
        if first is None:
            return None
        run = _Run(pool, problem, values, metric, spec, [seed, number], schema or {}, test, np.sort(rest), weights)
        begun = run.learn(first)
        tell(done := done + 1, of)
        scores[number, :, 0] = begun.scores
        for place, name in enumerate(strategies):
            model = begun
            for at, end in enumerate(ends[1:-1], 1):
                model = run.learn(run.more(model, name, end, place))
                scores[number, place, at] = model.scores
                tell(done := done + 1, of)
        scores[number, :, -1] = run.learn(run.rest).scores
        tell(done := done + 1, of)
    return _told(scores, np.array(ends), strategies, n - tested, tested, np.random.default_rng([seed, seeds]))


def _first(problem: Problem, values: Sequence[Any], rest: Array, n: int, rng: np.random.Generator) -> Array | None:
    """The first labels, drawn until a model learns from them; rising."""
    for _ in range(DRAWS):
        chosen = np.sort(rng.choice(rest, n, replace=False))
        if problem.why_not(problem.encode([values[place] for place in chosen.tolist()])) is None:
            return np.asarray(chosen)
    return None


@dataclass(frozen=True)
class _Model:
    """places: rising, the labels that it learned from; scores: (samples,)."""

    places: Array
    learned: loop.Learned
    proba: Array
    scores: Array


@dataclass(frozen=True)
class _Run:
    """One seed."""

    pool: loop.PoolData
    problem: Problem
    values: Sequence[Any]
    metric: Metric
    spec: loop.ModelSpec | None
    seeds: list[int]
    schema: Mapping[str, Any]
    test: Array
    rest: Array
    weights: Array

    def learn(self, places: Array) -> _Model:
        targets = self.problem.encode(self._values(places))
        learned = loop.fit(self.pool, self.problem, places, targets, spec=self.spec, seed=self.seeds[0])
        proba = loop.predict(self.pool, self.problem, learned)
        settings = self.problem.settings_of(learned.model)
        about = self._values(self.test), learned.model.classes, settings, self.metric, self.schema
        return _Model(places, learned, proba, Judge(self.problem, *about)(proba[self.test], self.weights[:, self.test]))

    def more(self, model: _Model, name: str, end: int, place: int) -> Array:
        """The labels of a model and those that a strategy asks for next, `end` in all; rising."""
        open_ones = np.setdiff1d(self.rest, model.places)
        n = end - len(model.places)
        wishes = loop.Wishes(strategy=name, n=n, batch=n)
        targets = self.problem.encode(self._values(model.places))
        rng = np.random.default_rng([*self.seeds, place, end])
        about = self.pool, self.problem, model.learned, model.proba, open_ones, model.places, targets
        return np.sort(np.concatenate([model.places, loop.select(*about, wishes, rng).positions]))

    def _values(self, places: Array) -> list[Any]:
        return [self.values[place] for place in places.tolist()]


def _told(
    scores: Array, ends: Array, strategies: Sequence[str], pool: int, tested: int, rng: np.random.Generator
) -> Simulation:
    """scores: (seeds, strategies, sizes, samples), the first sample is the items themselves."""
    curves = _over_seeds(scores, rng)  # (strategies, sizes, samples)
    full = curves[-1, -1]
    mark = np.where(full > 0, MARK * full, full / MARK)  # errors are turned: below 0
    needed = np.array([reached(ends, one, mark) for one in curves])
    level = 0.05 / max(1, len(strategies) - 1)
    found = []
    for place, name in enumerate(strategies):
        curve = [(int(end), _estimate(one, tested)) for end, one in zip(ends, curves[place], strict=True)]
        fewer = ahead = None
        if place < len(strategies) - 1:
            fewer = _estimate(needed[-1] - needed[place], tested, level)
            ahead = _estimate((curves[place] - curves[-1])[1:-1].mean(axis=0), tested, level)
        found.append(Simulated(name, curve, _estimate(needed[place], tested), fewer, ahead))
    return Simulation(pool, tested, _estimate(full, tested), float(mark[0]), found)


def _over_seeds(scores: Array, rng: np.random.Generator) -> Array:
    """Means over seeds: (strategies, sizes, samples). In each sample but the first, seeds are drawn with replacement;
    their spread is made as wide as few seeds hide: n / (n - 1)."""
    n, drawn = scores.shape[0], scores.shape[-1] - 1
    shares = rng.multinomial(n, np.full(n, 1 / n), size=drawn) / n
    shares = 1 / n + (shares - 1 / n) * np.sqrt(n / (n - 1))
    mixed = np.einsum("bs,skeb->keb", shares, scores[..., 1:])
    return np.concatenate([scores[..., :1].mean(axis=0), mixed], axis=-1)


def _estimate(values: Array, n: int, level: float = 0.05) -> Estimate:
    low, high = np.quantile(values[1:], [level / 2, 1 - level / 2], method="inverted_cdf")
    value = float(values[0])
    return Estimate(value, min(float(low), value), max(float(high), value), n)
