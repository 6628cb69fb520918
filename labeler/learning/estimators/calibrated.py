"""What the estimators share: labels as codes, and decisions as probabilities with a measured temperature."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from labeler.learning.errors import TooFewLabels
from labeler.learning.estimators.softmax import MAX_LABELS, best_scale, out_of_fold
from labeler.learning.numeric.types import Array


class Calibrated(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier whose decisions become probabilities by a softmax with a measured temperature.

    A subclass says how it learns (`_learn`) and decides, has a parameter `random_state`, and a parameter
    `calibrated`: False leaves the temperature at `fixed_scale`, as it is with too few labels to measure it on (about
    what was measured on questions, news, messages and digits with 100 and 200 labels).
    most_measured: labels that it is measured on. Learned: classes_, scale_ (inverse temperature).
    """

    fixed_scale = 1.0
    most_measured = MAX_LABELS
    random_state: int
    calibrated: bool

    def fit(self, X: Any, y: Any) -> "Calibrated":
        """X: sparse or dense (items, features); y: (items,). Raises TooFewLabels for a single class."""
        from threadpoolctl import threadpool_limits

        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        classes = len(self.classes_)
        if classes < 2:
            raise TooFewLabels("needs two labels with examples")
        self.n_features_in_ = X.shape[1]
        self.scale_ = self.fixed_scale
        with threadpool_limits(1):
            self._learn(X, codes, classes)
            if self.calibrated:
                plain = clone(self).set_params(calibrated=False)
                most, seed = self.most_measured, self.random_state
                unseen = out_of_fold(lambda: clone(plain), X, codes, classes, seed, absent=None, most=most)
                self.scale_ = self.fixed_scale if unseen is None else best_scale(*unseen)
        return self

    @abstractmethod
    def _learn(self, X: Any, codes: Array, classes: int) -> None:
        """codes: int (items,), each of `classes` occurs."""

    @abstractmethod
    def decision_function(self, X: Any) -> Array:
        """How much speaks for each class, (items, classes); two columns also for two classes."""

    def predict_proba(self, X: Any) -> Array:
        """Probabilities, float32 (items, classes), in the order of classes_."""
        return np.asarray(softmax(np.asarray(self.decision_function(X) * self.scale_, dtype=np.float32), axis=1))

    def predict(self, X: Any) -> Array:
        """The likeliest class of each item."""
        return np.asarray(self.classes_[np.argmax(self.decision_function(X), axis=1)])


def balanced(codes: Array) -> Array:
    """Weights (items,) of mean 1 under which every class counts as much; codes: int (items,)."""
    counts = np.bincount(codes)
    return np.asarray(len(codes) / ((counts > 0).sum() * counts[codes]))
