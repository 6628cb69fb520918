"""The share of the judgments."""

import numpy as np

from labeler.learning.consensus.base import Combined, Judgments, answer_method, fixed


@answer_method("majority")
def majority(given: Judgments) -> Combined:
    """The most frequent value; how sure it is, is its share. All people weigh the same.

    Of an item that nobody judged, each value is as likely as the other.
    """
    counts = given.counts()
    n = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, n, out=np.full_like(counts, 1 / given.shape.values), where=n > 0)
    return Combined(fixed(shares, given.gold))
