"""What a query strategy takes and gives, and the strategies by name.

Numpy only: the service lists strategies without importing scikit-learn; a strategy imports it when it runs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import InvalidPool, InvalidRanking, NeedsModel, PoolTooLarge, TooFewItems, UnknownName
from labeler.learning.numeric.types import Array
from labeler.plugins import Registry


@dataclass(frozen=True)
class Pool:
    """The unlabeled items that a strategy chooses from.

    X: features, sparse or dense (items, features); proba: float (items, classes), rows sum to 1, None while
    there is no model; estimator: the fitted classifier behind proba; X_labeled, y_labeled: its labels.
    features, features_labeled: what the model reads beside X, None where that is all or nobody asked for it.
    cost: (items,), seconds that each item takes to label, None: all alike. positive: the column of proba that
    is searched for. neighbors: symmetric sparse (items, items), how near the items lie to each other, 0 or
    more; None: unknown.
    """

    X: Any = None
    proba: Array | None = None
    estimator: Any = None
    X_labeled: Any = None
    y_labeled: Any = None
    features: Any = None
    features_labeled: Any = None
    cost: Array | None = None
    positive: int | None = None
    neighbors: Any = None

    def __len__(self) -> int:
        if self.proba is not None:
            return len(self.proba)
        return 0 if self.X is None else int(self.X.shape[0])

    def take(self, positions: Array) -> "Pool":
        """The pool of these items only, in this order."""
        return replace(
            self,
            X=None if self.X is None else self.X[positions],
            proba=None if self.proba is None else self.proba[positions],
            features=None if self.features is None else self.features[positions],
            cost=None if self.cost is None else self.cost[positions],
            neighbors=None if self.neighbors is None else self.neighbors[positions][:, positions],
        )


@dataclass(frozen=True)
class Ranking:
    """positions: int64 (n,), distinct, best first; scores: float64 (n,) in [0, 1], never rising."""

    positions: Array
    scores: Array

    def __len__(self) -> int:
        return len(self.positions)

    @classmethod
    def of(cls, scores: Array, n: int) -> "Ranking":
        """The n highest scores. Ties are broken in a fixed order that does not follow the order of import."""
        values = np.clip(np.asarray(scores, dtype=np.float64), 0.0, 1.0)
        if n >= len(values):
            candidates = np.arange(len(values))
        else:
            least = np.partition(values, len(values) - n)[len(values) - n]
            candidates = np.flatnonzero(values >= least)
        shuffle = np.random.default_rng(len(values)).permutation(len(candidates))
        candidates = candidates[shuffle]
        best = candidates[np.argsort(-values[candidates], kind="stable")[:n]]
        return cls(best, values[best])

    @classmethod
    def ordered(cls, positions: Array, scores: Array) -> "Ranking":
        """These positions (n,) with their scores (n,), highest first."""
        values = np.clip(np.asarray(scores, dtype=np.float64), 0.0, 1.0)
        order = np.argsort(-values, kind="stable")
        return cls(np.asarray(positions, dtype=np.int64)[order], values[order])

    @classmethod
    def falling(cls, positions: Array) -> "Ranking":
        """These positions (n,) as they come, with scores that fall evenly from 1 to 0."""
        n = len(positions)
        return cls(np.asarray(positions, dtype=np.int64), np.linspace(1.0, 0.0, n) if n > 1 else np.ones(n))


Function = Callable[[Pool, int, Generator], Ranking]
CLASSIFIER, COST, FEATURES, POSITIVE = "classifier", "cost", "features", "positive"


@dataclass(frozen=True)
class Strategy:
    """A registered strategy.

    needs: "model" when it reads proba. batch: the n items are chosen to complement each other, so a longer
    ranking is made of several batches. order: the strategy that ranks what comes after the batches.
    shortlist: a batch is chosen among the first `shortlist` times n in `order`; None: among all.
    rounds: how many batches a long ranking holds. max_pool: items it can handle. problem: what its models learn, see
    `labeler.learning.problems`. wants: what it asks for beyond
    vectors and probabilities: CLASSIFIER (a plain one on the features that are shown), COST, FEATURES (all that the
    model reads), POSITIVE.
    """

    name: str
    summary: str
    function: Function
    needs: Literal["model", "none"]
    batch: bool
    order: str
    shortlist: int | None
    rounds: int
    max_pool: int | None
    problem: str = "classification"
    wants: frozenset[str] = frozenset()


_strategies: Registry[Strategy] = Registry("strategy", "strategies", "labeler.learning.strategies", UnknownName)


def strategy(
    name: str,
    *,
    needs: Literal["model", "none"] = "model",
    batch: bool = False,
    order: str | None = None,
    shortlist: int | None = None,
    rounds: int = 8,
    max_pool: int | None = None,
    problem: str = "classification",
    wants: Iterable[str] = (),
) -> Callable[[Function], Function]:
    """Register a query strategy. The first line of its docstring is its summary.

    The registered function checks the pool before it chooses, and what was chosen: it raises TooFewItems,
    NeedsModel, InvalidPool, PoolTooLarge or InvalidRanking.
    """

    def register(function: Function) -> Function:
        @wraps(function)
        def checked(pool: Pool, n: int, rng: Generator) -> Ranking:
            check(one, pool, n)
            ranking = function(pool, n, rng)
            check_ranking(name, ranking, n, len(pool))
            return ranking

        one = Strategy(
            name=name,
            summary=(function.__doc__ or "").strip().split("\n")[0],
            function=checked,
            needs=needs,
            batch=batch,
            order=order or ("margin" if needs == "model" else "random"),
            shortlist=shortlist,
            rounds=rounds,
            max_pool=max_pool,
            problem=problem,
            wants=frozenset(wants),
        )
        _strategies.add(name, one)
        return checked

    return register


def registered() -> dict[str, Strategy]:
    """Every registered strategy, by name."""
    return _strategies.all()


def find(name: str) -> Strategy:
    """The strategy of this name. Raises UnknownName."""
    return _strategies.find(name)


def check(one: Strategy, pool: Pool, n: int) -> None:
    """Raise what would make the strategy fail, or choose nonsense, before it starts."""
    if n < 1:
        raise TooFewItems(f"{n} items asked for, expected 1 or more")
    if one.needs == "model" and pool.proba is None:
        raise NeedsModel(f'strategy "{one.name}" ranks by a model, and there is none yet')
    if len(pool) < n:
        raise TooFewItems(f"{n} items asked for, the pool holds {len(pool)}")
    if one.max_pool is not None and len(pool) > one.max_pool:
        raise PoolTooLarge(f'strategy "{one.name}" handles {one.max_pool} items, the pool holds {len(pool)}')
    if pool.X is not None and pool.X.shape[0] != len(pool):
        raise InvalidPool(f"{pool.X.shape[0]} rows of features, but {len(pool)} rows of probabilities")
    if pool.X is not None and not _is_finite(pool.X):
        raise InvalidPool("the features hold NaN or infinity")
    if one.needs == "model" and pool.proba is not None:
        (_check_each if one.problem == "multilabel" else _check_proba)(pool.proba)
    _check_labeled(pool)
    _check_extras(pool)


def check_ranking(name: str, ranking: object, n: int, size: int) -> None:
    """Raise InvalidRanking unless it holds n distinct positions into a pool of `size` items, each with its score."""

    def refuse(reason: str) -> NoReturn:
        raise InvalidRanking(f'strategy "{name}" {reason}')

    if not isinstance(ranking, Ranking):
        refuse(f"returned {type(ranking).__name__}, expected a Ranking")
    positions, scores = np.asarray(ranking.positions), np.asarray(ranking.scores)
    if positions.shape != (n,) or positions.dtype.kind not in "iu":
        refuse(f"returned positions {positions.dtype} {positions.shape}, expected {n} whole numbers")
    if positions.min() < 0 or positions.max() >= size:
        refuse(f"returned positions from {positions.min()} to {positions.max()} of a pool of {size} items")
    chosen = np.zeros(size, dtype=bool)
    chosen[positions] = True
    if (distinct := int(chosen.sum())) != n:
        refuse(f"returned {n} positions, of which {n - distinct} are repeated")
    if scores.shape != (n,) or scores.dtype.kind not in "fiu":
        refuse(f"returned scores {scores.dtype} {scores.shape}, expected {n} numbers")
    if not (scores.min() >= 0 and scores.max() <= 1):  # also for NaN, which is neither
        refuse("returned scores that are NaN or outside 0 to 1")


def _check_proba(proba: Array) -> None:
    if proba.ndim != 2 or proba.shape[1] < 2:
        raise InvalidPool(f"probabilities have shape {proba.shape}, expected (items, 2 or more classes)")
    if not np.allclose(proba.sum(axis=1), 1.0, atol=1e-3) or proba.min() < 0:
        raise InvalidPool("each row of probabilities must be 0 or more and sum to 1")


def _check_each(proba: Array) -> None:
    if proba.ndim != 2 or proba.shape[1] < 1:
        raise InvalidPool(f"probabilities have shape {proba.shape}, expected (items, 1 or more labels)")
    if not (np.isfinite(proba).all() and proba.min() >= 0 and proba.max() <= 1):
        raise InvalidPool("each probability must be between 0 and 1")


def _check_labeled(pool: Pool) -> None:
    if pool.X_labeled is None:
        return
    rows, width = pool.X_labeled.shape
    if pool.X is not None and width != pool.X.shape[1]:
        raise InvalidPool(f"the labeled items have {width} features, those of the pool {pool.X.shape[1]}")
    if pool.y_labeled is not None and len(pool.y_labeled) != rows:
        raise InvalidPool(f"{rows} labeled items, but {len(pool.y_labeled)} labels")
    if not _is_finite(pool.X_labeled):
        raise InvalidPool("the features of the labeled items hold NaN or infinity")


def _check_extras(pool: Pool) -> None:
    if pool.cost is not None:
        if np.shape(pool.cost) != (len(pool),):
            raise InvalidPool(f"costs have shape {np.shape(pool.cost)}, expected ({len(pool)},)")
        if not (np.isfinite(pool.cost).all() and np.min(pool.cost, initial=1.0) > 0):
            raise InvalidPool("each cost must be a finite number of seconds above 0")
    if pool.positive is not None and pool.proba is not None and not 0 <= pool.positive < pool.proba.shape[1]:
        raise InvalidPool(f"positive is column {pool.positive}, the probabilities have {pool.proba.shape[1]} columns")
    if pool.neighbors is not None and pool.neighbors.shape != (len(pool), len(pool)):
        raise InvalidPool(f"neighbors have shape {pool.neighbors.shape}, expected ({len(pool)}, {len(pool)})")


def _is_finite(X: Any) -> bool:
    """Whether all values are finite: the sum tells in one pass without a copy, unless it overflows."""
    values = np.asarray(X.data if hasattr(X, "indptr") else X)
    return bool(np.isfinite(values.sum(dtype=np.float64)) or np.isfinite(values).all())
