"""How often the next item asked comes from the holdout: judging costs labels that teach nothing."""

import numpy as np

from labeler.learning.evaluation.intervals import Estimate

FEWEST = 30
"""Fewer judged items can't tell a model from guessing: until then the holdout is asked as often as it may be."""

WIDE = 0.05
NARROWEST = 0.01
SLOWEST, FASTEST = 0.25, 2.0
MOST = 0.5


def pace(share: float, accuracy: Estimate | None, target: float | None = None) -> float:
    """Share of the next places in the queue that goes to the holdout, in [0, 0.5].

    share: the project's share of the holdout; accuracy: of the newest model on the holdout, with its interval, None
    when there is no model; target: the accuracy wanted, if there is one.
    The interval should reach 5 points to either side; with a target, at most half way to it (but no less than 1
    point), since near the target a narrow interval decides when to stop, and far from it a wide one will do. While it
    is wider the share is up to doubled, as with fewer than 30 items; while it is narrower it falls, to a quarter at the
    least.
    """
    if accuracy is None or accuracy.value is None or accuracy.low is None or accuracy.high is None:
        return share
    if accuracy.n < FEWEST:
        return min(MOST, FASTEST * share)
    wanted = WIDE
    if target is not None:
        wanted = float(np.clip(abs(accuracy.value - target) / 2, NARROWEST, WIDE))
    reach = (accuracy.high - accuracy.low) / 2
    return min(MOST, share * float(np.clip(reach / wanted, SLOWEST, FASTEST)))
