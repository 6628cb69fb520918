"""Extremely randomized trees and gradient boosting: for tables, where numbers act together."""

import warnings
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, issparse

# Imported before threads are limited: a library that is loaded later is not.
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.feature_selection import f_classif

from labeler.learning.estimators.calibrated import Calibrated, balanced
from labeler.learning.estimators.trees import WIDEST, Trees
from labeler.learning.numeric.types import Array

_ROWS = 10_000  # rows that are dense at a time


class ExtraTrees(Calibrated):
    """Many trees with random splits, averaged. Its decisions are logarithms of the mean.

    trees: how many; max_features: the share of columns that a split chooses from, "sqrt" for the root of their
    number; min_leaf: the fewest items of a leaf. Rare classes count as much as frequent ones.
    Learned: classes_, columns_ int (512 or fewer,), the columns that it reads; trees_, scale_.
    Source: Geurts, Ernst and Wehenkel 2006, "Extremely Randomized Trees".
    """

    fixed_scale = 1.5

    def __init__(
        self,
        trees: int = 200,
        max_features: str | float = "sqrt",
        min_leaf: int = 1,
        random_state: int = 0,
        calibrated: bool = True,
    ) -> None:
        self.trees = trees
        self.max_features = max_features
        self.min_leaf = min_leaf
        self.random_state = random_state
        self.calibrated = calibrated

    def _learn(self, X: Any, codes: Array, classes: int) -> None:
        self.columns_ = telling_columns(X, codes)
        fitted = ExtraTreesClassifier(
            self.trees,
            max_features=self.max_features,
            min_samples_leaf=self.min_leaf,
            random_state=self.random_state,
        ).fit(dense(X, self.columns_), codes, sample_weight=balanced(codes))
        self.trees_ = Trees.of(fitted)

    def decision_function(self, X: Any) -> Array:
        """Logarithms of the trees' mean, with one more tree that knows nothing: float64 (items, classes)."""
        votes = over_rows(X, self.columns_, self.trees_.sums)
        return np.asarray(np.log((votes + 1 / votes.shape[1]) / (self.trees + 1)))


class Boosting(Calibrated):
    """Gradient boosting on histograms. Its decisions are the trees' sums.

    rounds: trees a class; rate: how much each adds; leaves: the most of one tree; min_leaf: the fewest items of a
    leaf; share: of the columns, drawn for each split. Rare classes count as much as frequent ones.
    Learned: classes_, columns_ int (512 or fewer,), the columns that it reads; trees_, group_ int (trees,), the
    class of each tree; start_ (groups,), scale_.
    Source: Ke et al. 2017, "LightGBM: A Highly Efficient Gradient Boosting Decision Tree".
    """

    fixed_scale = 0.6
    most_measured = 500  # growing is slow: four more fits of more labels would cost more than they tell

    def __init__(
        self,
        rounds: int = 60,
        rate: float = 0.1,
        leaves: int = 8,
        min_leaf: int = 2,
        share: float = 0.3,
        random_state: int = 0,
        calibrated: bool = True,
    ) -> None:
        self.rounds = rounds
        self.rate = rate
        self.leaves = leaves
        self.min_leaf = min_leaf
        self.share = share
        self.random_state = random_state
        self.calibrated = calibrated

    def _learn(self, X: Any, codes: Array, classes: int) -> None:
        self.columns_ = telling_columns(X, codes)
        fitted = HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=self.rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.min_leaf,
            max_features=self.share,
            early_stopping=False,
            random_state=self.random_state,
        ).fit(dense(X, self.columns_), codes, sample_weight=balanced(codes))
        grown = [(group, tree.nodes) for round_ in fitted._predictors for group, tree in enumerate(round_)]
        self.group_ = np.array([group for group, _ in grown], dtype=np.int32)
        self.trees_ = Trees.joined(
            [(n["feature_idx"], n["num_threshold"], n["left"], n["right"], n["value"][:, None]) for _, n in grown]
        )
        self.start_ = np.asarray(fitted._baseline_prediction, dtype=np.float64).ravel()

    def decision_function(self, X: Any) -> Array:
        """The trees' sums, float64 (items, classes)."""
        groups = len(self.start_)
        sums = self.start_ + over_rows(X, self.columns_, lambda rows: self.trees_.sums(rows, self.group_, groups))
        return np.hstack([-sums, sums]) / 2 if groups == 1 else sums


def telling_columns(X: Any, codes: Array) -> Array:
    """The columns that tell the classes apart best, rising: int (WIDEST or fewer,), at least one.

    By the F statistic of an analysis of variance; columns without any difference between items are left out.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # it warns of columns without any difference
        score = np.asarray(f_classif(X, codes)[0])
    constant = np.isnan(score)
    score = np.where(constant, -1.0, score)
    best = np.argsort(-score, kind="stable")[:WIDEST]
    telling = best[~constant[best]]
    return np.sort(telling if len(telling) else best[:1])


def dense(X: Any, columns: Array) -> Array:
    """These columns of rows, float32 (items, columns)."""
    if issparse(X):
        return np.asarray(csc_matrix(X)[:, columns].toarray(), dtype=np.float32)
    return np.asarray(X[:, columns], dtype=np.float32)


def over_rows(X: Any, columns: Array, say: Any) -> Array:
    """say(rows) of all rows, some of them dense at a time."""
    parts = [say(dense(X[start : start + _ROWS], columns)) for start in range(0, X.shape[0], _ROWS)]
    return np.concatenate(parts) if parts else say(np.zeros((0, len(columns)), dtype=np.float32))
