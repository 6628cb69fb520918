"""Where a model's error comes from, in four parts that sum up to its error on fresh labels.

    irreducible   answers by which it is judged are sometimes wrong: no model does better
    bias          what it can't do on the items that it learned from, beyond that ("avoidable bias")
    variance      what it can't carry over to items that it did not learn from
    overfitting   what looked better than it is, since it was chosen by the labels that judge it

Sources: Ng 2018, "Machine Learning Yearning", chapters 20 to 32; Jordan 2017, "Evaluating a machine learning model".
How each is measured: docs/decisions/0043-error-in-four-parts.md
"""

from collections.abc import Mapping

from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.evaluation.two_shares import apart

IRREDUCIBLE, BIAS, VARIANCE, OVERFITTING = "irreducible", "bias", "variance", "overfitting"
PARTS = (IRREDUCIBLE, BIAS, VARIANCE, OVERFITTING)


def error_of(score: Estimate) -> Estimate:
    """What is missing to a score of 1 (see `Problem.score`), with the same interval; nothing without one.

    A bootstrap of items that are all alike has no width. It gets that of a share of which there is none (Wilson 1927):
    no item counts for more than 1.
    """
    if score.value is None or score.low is None or score.high is None:
        return Estimate(None, None, None, score.n)
    unseen = wilson(0, score.n)[1] if score.low == score.high else 0.0
    return Estimate(1 - score.value, max(0.0, 1 - score.high - unseen), min(1.0, 1 - score.low + unseen), score.n)


def parts_of(irreducible: Estimate, training: Estimate, validation: Estimate, fresh: Estimate) -> dict[str, Estimate]:
    """The four parts, by name, each a share of 1 with its 95 % interval; nothing where one of its ends is not known.

    irreducible: the error of a model that is always right; training, validation, fresh: a model's errors on the items
    that it learned from, on holdout items by whose labels it was chosen, and on those labeled since. A model that fits
    its labels closer than they are right has no bias, and what it learned by heart is no variance: that is counted from
    the larger of irreducible and training error, from the latter alone while the former is not known. Intervals of the
    differences are those of their ends together (`two_shares.apart`: Zou and Donner 2008; of two shares it is the
    interval of Newcombe 1998), independent ones or, of validation and irreducible error, ones that rise together, for
    which it is too wide.
    """
    bias, variance = apart(training, irreducible), apart(validation, training)
    if bias.value is not None:
        bias = _at_least_0(bias)
        variance = _smaller(variance, apart(validation, irreducible))
    return {IRREDUCIBLE: irreducible, BIAS: bias, VARIANCE: variance, OVERFITTING: apart(fresh, validation)}


def _at_least_0(one: Estimate) -> Estimate:
    value, low, high = (None if end is None else max(0.0, end) for end in (one.value, one.low, one.high))
    return Estimate(value, low, high, one.n)


def _smaller(one: Estimate, other: Estimate) -> Estimate:
    """The smaller of two figures; end by end, which holds at 92.5 % at the least."""
    if one.value is None or one.low is None or one.high is None:
        return one
    if other.value is None or other.low is None or other.high is None:
        return one
    return Estimate(min(one.value, other.value), min(one.low, other.low), min(one.high, other.high), one.n)


def largest(parts: Mapping[str, Estimate]) -> list[str]:
    """The parts that may be the largest as far as their intervals allow, the one that seems so first.

    One alone whose interval is above 0: it is the largest of those that are known. None where none is above 0.
    """
    known = {name: one for name, one in parts.items() if one.value is not None and one.low is not None}
    ahead = sorted(known, key=lambda name: -(known[name].value or 0.0))
    if not ahead or (known[ahead[0]].value or 0.0) <= 0:
        return []
    least = known[ahead[0]].low or 0.0
    return [ahead[0], *(name for name in ahead[1:] if max(0.0, known[name].high or 0.0) > least)]
