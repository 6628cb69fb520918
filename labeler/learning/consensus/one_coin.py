"""One accuracy for each person."""

import numpy as np

from labeler.learning.consensus.base import Combined, Judgments, answer_method, fixed, normalized
from labeler.learning.consensus.start import Crowd, crowd_of
from labeler.learning.numeric.types import Array

ROUNDS, CLOSE = 60, 2e-5


@answer_method("one_coin")
def one_coin(given: Judgments) -> Combined:
    """One accuracy for each labeler, found together with the answers: people who are right more often weigh more.

    Who is wrong says any other value. People with few judgments are held near the middle of all. Source: Dawid and
    Skene 1979, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", with one rate a
    person, and priors from how often people agree (`start.py`).
    """
    crowd = crowd_of(given)
    posterior = fixed(_answers(given, np.full(given.shape.people, crowd.accuracy), crowd.prior), given.gold)
    accuracy = np.full(given.shape.people, crowd.accuracy)
    for _ in range(ROUNDS):
        before = posterior
        accuracy = accuracies(given, posterior, crowd)
        prior = class_prior(posterior, crowd)
        posterior = fixed(_answers(given, accuracy, prior), given.gold)
        if is_settled(before, posterior):
            break
    return Combined(posterior, accuracy)


def is_settled(before: Array, now: Array) -> bool:
    """Whether another round would change nearly nothing: on average over the items."""
    return not len(now) or float(np.abs(now - before).max(axis=1).mean()) < CLOSE


def accuracies(given: Judgments, posterior: Array, crowd: Crowd) -> Array:
    """How often each person is right when these are the answers: float (people,)."""
    right = np.bincount(given.people, posterior[given.items, given.codes], given.shape.people)
    n = np.bincount(given.people, minlength=given.shape.people)
    return np.asarray((right + crowd.steadiness * crowd.accuracy) / (n + crowd.steadiness))


def class_prior(posterior: Array, crowd: Crowd) -> Array:
    """How frequent each value is: half by these answers, half by what was said."""
    found: Array = (posterior.sum(axis=0) / max(len(posterior), 1) + crowd.prior) / 2
    return np.asarray(found / found.sum(), dtype=np.float64)


def answers_by(given: Judgments, accuracy: Array, prior: Array) -> Array:
    """The posterior when each person's accuracy is known: float (items, values). accuracy: float (people,)."""
    return fixed(_answers(given, accuracy, prior), given.gold)


def _answers(given: Judgments, accuracy: Array, prior: Array) -> Array:
    items, _, values = given.shape
    sure = np.clip(accuracy, 0.01, 0.99)
    weight = np.log(sure) - np.log((1 - sure) / max(values - 1, 1))
    places = given.items * values + given.codes
    votes = np.bincount(places, weight[given.people], items * values).reshape(items, values)
    return normalized(votes + np.log(prior))
