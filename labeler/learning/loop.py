"""The loop: fit, predict, select. The library runs it on items in memory, the service on items on disk.

    learned = fit(pool, problem, positions, targets, seed=0)
    proba = predict(pool, problem, learned)
    ranking = select(pool, problem, learned, proba, candidates, positions, targets, wishes, rng)

Both keep a `PoolData`; nothing here knows where its items are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.random import Generator

from labeler.learning.batch_predict import BatchPredictor, predict_blocks
from labeler.learning.errors import TooFewLabels
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.fitting import UnlabeledData, plain_classifier, predict_pool, selection_features
from labeler.learning.models import POOL_ENSEMBLE, get_model
from labeler.learning.numeric.parallel import Over
from labeler.learning.numeric.types import Array
from labeler.learning.problems import Problem, Targets
from labeler.learning.semi_supervised.distillation import predict_beyond, predict_part
from labeler.learning.strategies import CLASSIFIER, COST, FEATURES, POSITIVE, Pool, Ranking, get_strategy, rank
from labeler.learning.trained_model import TrainedModel

SEARCH = "most_likely_positive"
LOOKED_AT = 20_000
"""Items whose features a strategy is shown, the least certain ones: features of all of a large pool take long."""


class PoolData(Protocol):
    """Items in a fixed order, with their features. `part`: rising positions of the items that `unlabeled` is about;
    None: all of them."""

    @property
    def pipeline(self) -> FeaturePipeline: ...

    @property
    def unlabeled(self) -> UnlabeledData | None: ...

    @property
    def part(self) -> Array | None: ...

    @property
    def over(self) -> Over: ...

    @property
    def is_transformed(self) -> bool:
        """Whether `blocks` gives rows as the pipeline transforms them, or raw ones."""

    def __len__(self) -> int: ...

    def rows(self, positions: Array) -> Any:
        """Features of the items at these rising positions."""

    def blocks(self) -> Iterable[Any]:
        """Rows of all items, a block after the other."""

    def inside(self, positions: Array) -> Array:
        """Where among the items that `unlabeled` is about these items are."""


@dataclass(frozen=True)
class ModelSpec:
    """A model by name (or an unfitted scikit-learn classifier), and its hyperparameters that are not at their
    defaults."""

    model: Any
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Learned:
    """A model that has predicted nothing yet. flow: what its labels sent over the pool's graph; None: it learned from
    features alone."""

    model: TrainedModel
    flow: Array | None

    @property
    def evidence(self) -> float:
        """How well it said the labels that its parts had not seen, in nats, see `stacking.weigh`: of two that learned
        from the same labels, the higher the better. Minus infinity for a model on features alone."""
        return float(getattr(self.model.estimator, "evidence", -np.inf))


@dataclass(frozen=True)
class Wishes:
    """What a selection is for. strategy: by name, "auto" for the problem's own; n: items wanted; batch: how many are
    labeled before the next model; positive: the class whose items are searched for; cost: gives the seconds that items
    at these positions take to label, None where nobody knows."""

    strategy: str
    n: int
    batch: int
    positive: str | None = None
    cost: Callable[[Array], Array | None] | None = None


def fit(
    pool: PoolData, problem: Problem, positions: Array, targets: Targets, *, spec: ModelSpec | None = None, seed: int
) -> Learned:
    """Learn from labeled items and, unless `spec` has a model of features alone, from the pool they lie in.

    positions: int (labels,), rising, in the order of the targets. Raises TooFewLabels.
    """
    if (reason := problem.why_not(targets)) is not None:
        raise TooFewLabels(reason)
    rows = pool.rows(positions)
    fit_pool = get_model(POOL_ENSEMBLE if spec is None else spec.model).fit_pool if _is_named(spec) else None
    if pool.unlabeled is not None and fit_pool is not None:
        about = (rows, pool.inside(positions), targets, pool.unlabeled, seed)
        model, flow = fit_pool(problem, pool.pipeline, *about)
    else:
        alone = spec if spec is not None and fit_pool is None else ModelSpec(problem.default_model)
        model, flow = problem.fit_alone(pool.pipeline, rows, targets, alone.model, alone.params, seed), None
    model.problem = problem.name
    return Learned(model, flow)


def _is_named(spec: ModelSpec | None) -> bool:
    return spec is None or isinstance(spec.model, str)


def predict(pool: PoolData, problem: Problem, learned: Learned, positions: Array | None = None) -> Array:
    """Probabilities, float32 (items, classes), of all items, or of those at these rising positions (which, where the
    pool is represented in part, must be inside it)."""
    if positions is not None:
        return _predict_at(pool, learned, positions)
    model, flow, unlabeled = learned.model, learned.flow, pool.unlabeled
    predictor = BatchPredictor.of(model, pool.is_transformed)
    if unlabeled is None or flow is None:
        return predict_blocks(predictor, pool.blocks(), len(model.classes), over=pool.over)
    if pool.part is None:
        return predict_pool(predictor, pool.blocks(), unlabeled.graph, flow, over=pool.over)
    part = pool.rows(pool.part)
    taught = predict_part(model, part, unlabeled.graph, flow)
    return predict_beyond(model, pool.blocks(), part, pool.part, taught, over=pool.over, normalized=problem.normalized)


def _predict_at(pool: PoolData, learned: Learned, positions: Array) -> Array:
    from threadpoolctl import threadpool_limits

    predictor, features = BatchPredictor.of(learned.model), pool.rows(positions)
    with threadpool_limits(1):
        if pool.unlabeled is None or learned.flow is None:
            return predictor.score(features, None, None, None)
        graph, inside = pool.unlabeled.graph, pool.inside(positions)
        return predictor.score(features, graph.vectors[inside], graph.smooth[inside], learned.flow[inside])


def select(
    pool: PoolData,
    problem: Problem,
    learned: Learned,
    proba: Array,
    candidates: Array,
    positions: Array,
    targets: Targets,
    wishes: Wishes,
    rng: Generator,
) -> Ranking:
    """The next items to label, best first; positions of the ranking are positions in the pool.

    proba: of all items; candidates: rising positions of those that may be chosen; positions, targets: the labels so
    far. Of a pool that is represented in part, the part is chosen from, but for a search, which looks everywhere.
    """
    classes = learned.model.classes
    if wishes.positive in classes:
        likely = proba[candidates, classes.index(str(wishes.positive))]
        seen = Pool(proba=np.column_stack([1 - likely, likely]), positive=1)
        return _named(SEARCH, seen, candidates, wishes, rng)
    name = problem.strategy(wishes.strategy)
    if pool.part is not None:
        candidates = np.intersect1d(candidates, pool.part)
    candidates = _least_certain(name, problem, proba, candidates, max(LOOKED_AT, 40 * wishes.batch))
    wants = get_strategy(name).wants
    seen = _seen(pool, learned, proba, candidates, positions, targets, wants, rng)
    if COST in wants and wishes.cost is not None:
        seen = replace(seen, cost=wishes.cost(candidates))
    return _named(name, seen, candidates, wishes, rng)


def _named(name: str, seen: Pool, candidates: Array, wishes: Wishes, rng: Generator) -> Ranking:
    ranking = rank(name, seen, min(wishes.n, len(candidates)), wishes.batch, rng)
    return Ranking(candidates[ranking.positions], ranking.scores)


def _least_certain(name: str, problem: Problem, proba: Array, candidates: Array, most: int) -> Array:
    """Rising positions of the candidates that are worth a look by a strategy that reads probabilities."""
    one = get_strategy(name)
    if one.needs == "none" or POSITIVE in one.wants or len(candidates) <= most:
        return candidates
    nearest = np.argpartition(problem.confidence(proba[candidates]), most)[:most]
    return np.asarray(candidates[np.sort(nearest)])


def _seen(
    pool: PoolData,
    learned: Learned,
    proba: Array,
    candidates: Array,
    positions: Array,
    targets: Targets,
    wants: frozenset[str],
    rng: Generator,
) -> Pool:
    """The pool as a strategy sees it."""
    names = np.array(targets.classes, dtype=object)[targets.y] if targets.y.ndim == 1 else None
    unlabeled = pool.unlabeled
    if unlabeled is None:
        known = pool.rows(positions)
        return Pool(pool.rows(candidates), proba[candidates], learned.model.estimator, known, names)

    def features(chosen: Array) -> Any:
        # Sentence vectors tell items apart by themselves.
        rows = None if unlabeled.encoder is not None else pool.rows(chosen)
        return selection_features(unlabeled.graph.vectors[pool.inside(chosen)], rows, unlabeled.encoder)

    known = features(positions)
    estimator = None
    if CLASSIFIER in wants and names is not None:
        estimator = plain_classifier(known, names, int(rng.integers(2**31)))
    near = unlabeled.affinity[pool.inside(candidates)][:, pool.inside(candidates)]
    seen = Pool(features(candidates), proba[candidates], estimator, known, names, neighbors=near)
    if FEATURES not in wants or unlabeled.encoder is None:
        return seen
    return replace(seen, features=pool.rows(candidates), features_labeled=pool.rows(positions))
