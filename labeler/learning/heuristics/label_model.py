"""What several noisy rules come to: a probability for each label.

A rule that is silent says nothing: read as evidence, silence makes Dawid and Skene's model collapse, since a rule that
only ever says one label is silent nearly everywhere. What a rule is worth is measured where it spoke and people
answered, shrunk towards the rules' common accuracy while that is little; with no answers at all every rule is worth
the same, which is the majority. Rules are taken to err independently of each other (naive Bayes).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.numeric.types import Array

UNKNOWN = -1
GUESS = 0.75
"""How often a rule is right of which nothing is known."""
STRENGTH = 8.0
"""Answers that the common accuracy weighs as much as, beside a rule's own."""
_COMMON = 4.0
_BOUNDS = (0.02, 0.98)


@dataclass(frozen=True)
class LabelModel:
    """says: the label's number that each rule says, int64 (rules,); accuracy: how often it is right where it speaks,
    (rules,); prior: how frequent each label is, (labels,), sums to 1."""

    says: Array
    accuracy: Array
    prior: Array

    def predict_proba(self, votes: csr_matrix) -> Array:
        """votes: 1 where a rule spoke of an item, sparse (items, rules). Returns (items, labels), rows sum to 1: the
        prior where nothing spoke.

        A rule alone gives its label the probability of being right; others share what is left by their prior.
        """
        labels = len(self.prior)
        weight = _logit(self.accuracy) - _logit(self.prior[self.says])
        spread = csr_matrix((weight, (np.arange(len(self.says)), self.says)), shape=(len(self.says), labels))
        scores = np.asarray((votes @ spread).todense()) + np.log(self.prior)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Array = likely / likely.sum(axis=1, keepdims=True)
        return shares


def fit_label_model(votes: csr_matrix, says: Array, truth: Array, labels: int) -> LabelModel:
    """votes: see `predict_proba`; truth: the label that people gave each item, UNKNOWN where nobody did."""
    known = np.flatnonzero(truth != UNKNOWN)
    counted = np.bincount(truth[known], minlength=labels)
    spoke = votes[known].tocoo()
    right = truth[known][spoke.row] == says[spoke.col]
    n = np.bincount(spoke.col, minlength=len(says))
    hits = np.bincount(spoke.col[right], minlength=len(says))
    return weighed(says, n, hits, counted)


def weighed(says: Array, judged: Array, right: Array, answered: Array) -> LabelModel:
    """By what was counted. judged, right: int64 (rules,), on how many answered items each rule spoke, and was right;
    answered: int64 (labels,), how many answers were each label."""
    common = (right.sum() + _COMMON * GUESS) / (judged.sum() + _COMMON)
    accuracy = (right + STRENGTH * common) / (judged + STRENGTH)
    prior = (answered + 1.0) / (answered.sum() + len(answered))
    return LabelModel(says, np.clip(accuracy, *_BOUNDS), prior)


def majority(votes: csr_matrix, says: Array, labels: int) -> Array:
    """The label that most rules say, int64 (items,); of equals the first; UNKNOWN where none spoke."""
    spread = csr_matrix((np.ones(len(says)), (np.arange(len(says)), says)), shape=(len(says), labels))
    counted = np.asarray((votes @ spread).todense())
    return np.where(counted.sum(axis=1) > 0, counted.argmax(axis=1), UNKNOWN)


def _logit(share: Array) -> Array:
    bounded = np.clip(share, *_BOUNDS)
    found: Array = np.log(bounded) - np.log1p(-bounded)
    return found
