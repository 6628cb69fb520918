"""Likely label errors: answers that a model which never saw them finds implausible.

Every answer is judged by a linear model that was fitted to the other four fifths of them. Whether it is wrong then
depends on its class, not on one threshold for all: confident learning (Northcutt, Jiang and Chuang 2021, "Confident
Learning: Estimating Uncertainty in Dataset Labels"), as cleanlab does it. Numbers are judged by how far they are
from what is expected, measured by how far the others are (Iglewicz and Hoaglin 1993, modified z-scores).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.errors import TooFewLabels
from labeler.learning.estimators.softmax import best_scale, folds_of, two_sided
from labeler.learning.numeric.types import Array

FOLDS = 5
FEWEST = 20
"""Answers below which nobody can be told from chance."""
PER_CLASS = 5
"""Answers with a label below which nothing is said of it: each fold's model needs to have seen it."""
ALONE = np.e
"""What one change of a set needs beyond a label for another, which is the most common mistake."""
FAR = 3.5
"""Times the usual distance from which on a number is suspicious."""


@dataclass(frozen=True)
class Suspects:
    """Likely errors, worst first. positions: int (found,), among the answers; score: float (found,), how implausible
    the answer is, from 0 to 1; said: what is expected instead, by position; proba: its chances, by position."""

    positions: Array
    score: Array
    said: list[Any]
    proba: list[dict[str, float]]

    @classmethod
    def none(cls) -> "Suspects":
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0), [], [])

    def __len__(self) -> int:
        return len(self.positions)


SOFT = 0.1
"""How closely a model follows the answers: one that followed every wrong answer would find it plausible elsewhere. Of
5 % errors planted in 2,500 messages, questions and news it finds 0.78 to 0.89 by words, 0.85 to 0.90 with sentence
vectors; 0.3 with balanced classes finds about as many, among a fifth more of messages that are none, and logistic
regression as many in 2 to 70 times the time."""
Between = Callable[[], None]
"""Called between two fits: who asks for much gives way here."""


def wrong_choices(rows: Any, values: Sequence[str], seed: int = 0, between: Between = lambda: None) -> Suspects:
    """One label an item. rows: features (items, columns), sparse or dense; values: their labels.

    Raises TooFewLabels unless two labels have `PER_CLASS` answers, and there are `FEWEST` in all.
    """
    classes, codes = np.unique(np.asarray(list(values), dtype=np.str_), return_inverse=True)
    enough = np.bincount(codes, minlength=len(classes)) >= PER_CLASS
    kept = np.flatnonzero(enough[codes])
    if enough.sum() < 2 or len(kept) < FEWEST:
        raise TooFewLabels(f"needs two labels with {PER_CLASS} answers each, and {FEWEST} answers in all")
    names = classes[enough]
    codes = np.searchsorted(names, classes[codes[kept]])
    proba = _probabilities(rows[kept], codes, len(names), seed, between)
    found = _confident(codes, proba)
    score = 1 - proba[found, codes[found]]
    order = np.argsort(-score, kind="stable")
    found, score = found[order], score[order]
    said = [str(names[code]) for code in proba[found].argmax(axis=1)]
    chances = [_chances(names, line) for line in proba[found]]
    return Suspects(kept[found], score, said, chances)


def wrong_sets(rows: Any, values: Sequence[Sequence[str]], seed: int = 0, between: Between = lambda: None) -> Suspects:
    """Any number of labels an item: each label is a question of its own, what is doubted is weighed as a whole
    (`_likelier`). As `wrong_choices`."""
    from scipy.special import expit

    names = np.array(sorted({name for value in values for name in value}), dtype=np.str_)
    has = np.array([[name in set(value) for name in names.tolist()] for value in values], dtype=np.int64)
    has = has.reshape(len(values), len(names))
    given = has.sum(axis=0)
    asked = np.flatnonzero((given >= PER_CLASS) & (len(values) - given >= PER_CLASS))
    if not len(asked) or len(values) < FEWEST:
        raise TooFewLabels(f"needs a label that {PER_CLASS} answers have and {PER_CLASS} do not, and {FEWEST} answers")
    proba = np.zeros((len(values), len(asked)))
    doubted = np.zeros(len(values), dtype=bool)
    for place, column in enumerate(asked.tolist()):
        sides = _probabilities(rows, has[:, column], 2, seed, between)
        proba[:, place] = sides[:, 1]
        doubted[_confident(has[:, column], sides)] = True
    odds, meant = _likelier(has[:, asked], proba)
    found = np.flatnonzero(doubted & (odds > 0))
    found = found[np.argsort(-odds[found], kind="stable")]
    whole = has.astype(bool)  # what is said of labels that are too rare is taken as it is
    whole[:, asked] = meant
    said = [[str(name) for name in names[line]] for line in whole[found]]
    chances = [_chances(names[asked], line) for line in proba[found]]
    return Suspects(found, expit(odds[found]), said, chances)


def _likelier(has: Array, proba: Array) -> tuple[Array, Array]:
    """Log odds of another set being meant, float (items,), and that set, bool (items, labels): without the label that
    fits least (its share of all answers by its odds here: a rare one is seldom given by mistake), with the one that is
    missed most, or both. One change alone needs `ALONE` times the odds.

    What it gains and costs: docs/decisions/0036-likely-errors-of-sets.md."""
    sure = np.clip(proba, 1e-6, 1 - 1e-6)
    lost = np.where(has == 1, np.log(has.mean(axis=0) * (1 - sure) / sure), -np.inf)
    missed = np.where(has == 0, np.log(sure / (1 - sure)), -np.inf)
    lines = np.arange(len(has))
    out, into = lost.argmax(axis=1), missed.argmax(axis=1)
    drop, add = lost[lines, out], missed[lines, into]
    ways = np.stack([drop + add, drop - np.log(ALONE), add - np.log(ALONE)])
    nothing_else = ~np.isfinite(ways[0])
    ways[1:, nothing_else] += np.log(ALONE)  # an empty set, or a full one: there is no other way
    way = ways.argmax(axis=0)
    meant = has.astype(bool)
    meant[lines[way != 2], out[way != 2]] = False
    meant[lines[way != 1], into[way != 1]] = True
    return ways.max(axis=0), meant


def wrong_ratings(rows: Any, values: Sequence[float], seed: int = 0, between: Between = lambda: None) -> Suspects:
    """Numbers: those far from what is expected. Raises TooFewLabels for fewer than `FEWEST`, or one number only."""
    from sklearn.linear_model import Ridge
    from threadpoolctl import threadpool_limits

    numbers = np.asarray(list(values), dtype=np.float64)
    if len(numbers) < FEWEST or len(np.unique(numbers)) < 2:
        raise TooFewLabels(f"needs {FEWEST} answers that are not all the same number")
    fold_of = folds_of(np.zeros(len(numbers), dtype=np.int64), seed, FOLDS)
    expected = np.empty(len(numbers))
    for fold in range(FOLDS):
        between()
        inside, outside = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        with threadpool_limits(1):
            fitted = Ridge(alpha=1.0, solver="lsqr").fit(rows[inside], numbers[inside])
            expected[outside] = fitted.predict(rows[outside])
    away = np.abs(numbers - expected)
    usual = max(1.4826 * float(np.median(away)), 1e-9)
    steps = np.unique(numbers)
    nearest = steps[np.abs(expected[:, None] - steps).argmin(axis=1)]
    found = np.flatnonzero((away / usual > FAR) & (nearest != numbers))
    found = found[np.argsort(-away[found], kind="stable")]
    score = 1 - usual / np.maximum(away[found], usual)
    return Suspects(found, score, [_number(one) for one in nearest[found]], [{} for _ in found])


def _probabilities(rows: Any, codes: Array, classes: int, seed: int, between: Between) -> Array:
    """What models that did not see an item say of it: float (items, classes), rows sum to 1."""
    from scipy.special import softmax
    from sklearn.svm import LinearSVC
    from threadpoolctl import threadpool_limits

    fold_of = folds_of(codes, seed, FOLDS)
    decisions = np.full((len(codes), classes), -1.0)
    for fold in range(FOLDS):
        between()
        inside, outside = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        with threadpool_limits(1):
            fitted = LinearSVC(C=SOFT, random_state=seed).fit(rows[inside], codes[inside])
            decisions[outside] = two_sided(fitted.decision_function(rows[outside]))
    return np.asarray(softmax(decisions * best_scale(decisions, codes), axis=1))


def _confident(codes: Array, proba: Array) -> Array:
    """Positions of likely errors."""
    from cleanlab.filter import find_label_issues

    found = find_label_issues(codes, proba, filter_by="both", n_jobs=1, min_examples_per_class=0)
    return np.flatnonzero(np.asarray(found))


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _chances(names: Array, line: Array) -> dict[str, float]:
    order = np.argsort(-line, kind="stable")[:5]
    return {str(names[place]): round(float(line[place]), 5) for place in order}
