"""modAL's query functions by name: one thin adapter that hands them a fitted estimator.

Offered is what works on today's scikit-learn (modAL 0.4.2.1): its query functions. Its `teach` does not, nor
does what needs it. Limits are checked before the call, since ranked batch takes O(pool x batch) in Python and
information density a pool x pool matrix.
"""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import InvalidPool, NeedsModel
from labeler.learning.numeric.types import Array
from labeler.learning.strategies.geometry import distinct_rows
from labeler.learning.strategies.registry import CLASSIFIER, Pool, Ranking, strategy

RANKED_BATCH_POOL = 10_000
RANKED_BATCH_SIZE = 100
DENSITY_POOL = 5_000


class _Learner:
    """What modAL's query functions ask of a learner: probabilities, and what it learned from."""

    on_transformed = False

    def __init__(self, pool: Pool) -> None:
        self._proba = pool.proba
        self.estimator = pool.estimator
        self.X_training = pool.X_labeled

    def predict_proba(self, X: Any, **_: Any) -> Array:
        assert self._proba is not None
        return self._proba

    def transform_without_estimating(self, X: Any) -> Any:
        return X


@strategy("modal_uncertainty", wants={CLASSIFIER})
def modal_uncertainty(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the likeliest label is least likely (modAL.uncertainty.classifier_uncertainty)."""
    from modAL.uncertainty import classifier_uncertainty

    return Ranking.of(_scaled(classifier_uncertainty(_Learner(pool), _items(pool))), n)


@strategy("modal_margin", wants={CLASSIFIER})
def modal_margin(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the two likeliest labels are closest (modAL.uncertainty.classifier_margin)."""
    from modAL.uncertainty import classifier_margin

    return Ranking.of(1.0 - classifier_margin(_Learner(pool), _items(pool)), n)


@strategy("modal_entropy", wants={CLASSIFIER}, order="entropy")
def modal_entropy(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the probabilities are spread most evenly (modAL.uncertainty.classifier_entropy)."""
    from modAL.uncertainty import classifier_entropy

    return Ranking.of(_scaled(classifier_entropy(_Learner(pool), _items(pool))), n)


@strategy("modal_ranked_batch", wants={CLASSIFIER}, batch=True, rounds=1, max_pool=RANKED_BATCH_POOL)
def modal_ranked_batch(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: uncertain and far from what is labeled, one after the other (modAL.batch; up to 10,000 items).

    Needs pool.X and pool.X_labeled. Raises InvalidPool for more than 100 items a batch.
    Source: Cardoso et al. 2017, "Ranked batch-mode active learning".
    """
    from modAL.batch import ranked_batch
    from threadpoolctl import threadpool_limits

    if n > RANKED_BATCH_SIZE:
        raise InvalidPool(f'strategy "modal_ranked_batch" chooses {RANKED_BATCH_SIZE} items at once, not {n}')
    if pool.X_labeled is None or not pool.X_labeled.shape[0]:
        raise NeedsModel('strategy "modal_ranked_batch" needs the features of the labeled items')
    assert pool.proba is not None
    uncertainty = 1.0 - pool.proba.max(axis=1)
    different = np.sort(distinct_rows(_items(pool)))
    with threadpool_limits(1):
        picked, _ = ranked_batch(
            _Learner(pool),
            _items(pool)[different],
            uncertainty[different],
            n_instances=min(n, len(different)),
            metric="euclidean",
            n_jobs=None,
        )
    chosen = different[np.asarray(picked, dtype=np.int64)]
    if len(chosen) < n:  # fewer different items than asked for
        spare = np.setdiff1d(np.arange(len(pool)), chosen)
        chosen = np.concatenate([chosen, spare[np.argsort(-uncertainty[spare], kind="stable")]])[:n]
    return Ranking.falling(chosen)


@strategy("modal_information_density", wants={CLASSIFIER}, max_pool=DENSITY_POOL)
def modal_information_density(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: uncertain and typical of the pool (modAL.density.information_density; up to 5,000 items).

    Source: McCallum and Nigam 1998, "Employing EM and Pool-Based Active Learning for Text Classification".
    """
    from modAL.density import information_density
    from modAL.uncertainty import classifier_uncertainty

    density = np.asarray(information_density(_items(pool), "euclidean"))
    return Ranking.of(_scaled(classifier_uncertainty(_Learner(pool), _items(pool)) * density), n)


def _items(pool: Pool) -> Any:
    """The features; modAL takes the number of items from them."""
    return np.zeros((len(pool), 1), dtype=np.float32) if pool.X is None else pool.X


def _scaled(scores: Array) -> Array:
    """Scores to [0, 1] by their largest: modAL's have no common scale."""
    largest = float(scores.max())
    return scores / largest if largest > 0 else scores
