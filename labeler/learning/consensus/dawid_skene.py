"""For each person, what they take for what."""

import numpy as np

from labeler.learning.consensus.base import MOST_CONFUSIONS, Combined, Judgments, answer_method, fixed, normalized
from labeler.learning.consensus.one_coin import ROUNDS, accuracies, answers_by, class_prior, is_settled, one_coin
from labeler.learning.consensus.start import Crowd, crowd_of
from labeler.learning.numeric.types import Array

OWN = 6.0
"""So many judgments of somebody on one value count as much as what is expected of them."""
COMMON = 4.0
"""What people mix up is held near "any other value" with this weight, as a share of all judgments."""


@answer_method("dawid_skene")
def dawid_skene(given: Judgments) -> Combined:
    """What each labeler takes for what, found together with the answers: errors that are typical count less.

    A person's errors are held near what all mix up, shifted to the person's own accuracy; so it says more than one
    accuracy where there is much, and no more where there is little. Source: Dawid and Skene 1979 by maximum a
    posteriori, with a hierarchical prior in the spirit of Paun and others 2018, "Comparing Bayesian Models of
    Annotation".
    """
    from scipy import sparse

    items, people, values = given.shape
    if not len(given.items) or people * values * values > MOST_CONFUSIONS:
        return one_coin(given)
    crowd = crowd_of(given)
    posterior = answers_by(given, np.full(people, crowd.accuracy), crowd.prior)
    said = given.people * values + given.codes
    sums = sparse.csr_array((np.ones(len(said)), (said, given.items)), shape=(people * values, items))
    by_item = sums.T.tocsr()
    confusion = np.zeros((people, values, values))
    for _ in range(ROUNDS):
        before = posterior
        confusion = _confusions(given, (sums @ posterior).reshape(people, values, values), posterior, crowd)
        votes = by_item @ np.log(confusion).transpose(0, 2, 1).reshape(people * values, values)
        posterior = fixed(normalized(votes + np.log(class_prior(posterior, crowd))), given.gold)
        if is_settled(before, posterior):
            break
    right = posterior[given.items, given.codes]
    n = np.bincount(given.people, minlength=people)
    accuracy = (np.bincount(given.people, right, people) + crowd.steadiness * crowd.accuracy) / (n + crowd.steadiness)
    return Combined(posterior, accuracy, confusion)


def _confusions(given: Judgments, told: Array, posterior: Array, crowd: Crowd) -> Array:
    """(people, values, values). told: how often each said (second) what is likely another (third)."""
    counts = told.transpose(0, 2, 1)
    expected = _expected(counts, accuracies(given, posterior, crowd), crowd)
    found = counts + OWN * expected
    return np.asarray(found / found.sum(axis=2, keepdims=True))


def _expected(counts: Array, accuracy: Array, crowd: Crowd) -> Array:
    """What is to be expected of each person: the errors of all, as often as they are wrong."""
    from scipy.special import expit, logit

    values = counts.shape[1]
    if values == 1:
        return np.ones((len(counts), 1, 1))
    diagonal = np.arange(values)
    together = counts.sum(axis=0)
    any_other = np.full((values, values), (1 - crowd.accuracy) / (values - 1))
    any_other[diagonal, diagonal] = crowd.accuracy
    weight = COMMON * together.sum() / values
    common = (together + weight * any_other) / (together.sum(axis=1, keepdims=True) + weight)
    easy = logit(np.clip(common[diagonal, diagonal], 0.01, 0.99))
    own = logit(np.clip(accuracy, 0.01, 0.99)) - logit(crowd.accuracy)
    right = expit(easy[None, :] + own[:, None])
    wrong = common.copy()
    wrong[diagonal, diagonal] = 0.0
    wrong /= wrong.sum(axis=1, keepdims=True)
    expected = (1 - right)[:, :, None] * wrong[None]
    expected[:, diagonal, diagonal] = right
    return np.asarray(expected)
