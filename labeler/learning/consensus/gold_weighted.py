"""Weights from items whose answer is known."""

import numpy as np

from labeler.learning.consensus.base import Combined, Judgments, answer_method
from labeler.learning.consensus.one_coin import answers_by
from labeler.learning.consensus.start import crowd_of

_HELD = 4.0  # so many gold items of one person count as much as those of all


@answer_method("gold_weighted", needs="gold")
def gold_weighted(given: Judgments) -> Combined:
    """Labelers weigh by how often they are right on gold items, and by nothing else.

    Who has answered none weighs as all do on average. Without gold items: as all, by how often people agree.
    """
    crowd = crowd_of(given)
    gold = given.gold if given.gold is not None else np.full(given.shape.items, -1)
    truth = gold[given.items]
    asked = truth >= 0
    people = given.shape.people
    right = np.bincount(given.people[asked], given.codes[asked] == truth[asked], people)
    n = np.bincount(given.people[asked], minlength=people)
    middle = (right.sum() + _HELD * crowd.accuracy) / (n.sum() + _HELD)
    accuracy = (right + _HELD * middle) / (n + _HELD)
    return Combined(answers_by(given, accuracy, crowd.prior), accuracy)
