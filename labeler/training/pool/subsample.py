"""A part of a large pool that stands for all of it: the labeled items, and a fixed random sample of all others.

Reading a million texts takes the encoder hours. A model that sees a part of the pool through sentence vectors is
better, from the first labels on, than one that sees all of it without: so the part is read first, and models switch to
it as soon as that is done. Without sentence vectors a map of a part is what a training has time for. Either way a
student answers for the items outside it (`learning/student.py`).
"""

import numpy as np

from labeler.learning.numeric.types import Array
from labeler.training.pool.data import TrainingData
from labeler.training.pool.embedding_store import EmbeddingStore

SIZES = (4_000, 12_000)
"""Items of the sample at which the model switches, small to large; then to the whole pool."""

WORTH = 2  # times the sample: smaller pools are read as a whole in about the same time


def sizes(n: int) -> list[int]:
    """Sizes of samples that are worth a model of their own in a pool of n items, largest first."""
    return [size for size in reversed(SIZES) if n >= WORTH * size]


def members(data: TrainingData, size: int) -> Array:
    """Rising places of the labeled items and of a random sample, the same however many items have come since."""
    return np.union1d(np.flatnonzero(~data.unlabeled), _sampled(data)[:size])


def whole_part(data: TrainingData, store: EmbeddingStore) -> Array:
    """Rising places of the largest part that has been read as a whole; none while there is none."""
    read = store.read(len(data.items))
    parts = (members(data, size) for size in sizes(len(read)))
    return next((part for part in parts if read[part].all()), np.empty(0, dtype=np.int64))


def in_order_of_need(data: TrainingData, store: EmbeddingStore) -> list[Array]:
    """Places of the items that have no vector yet, step by step: for each sample's model, then all others."""
    waiting = ~store.read(len(data.items))
    steps = []
    for size in reversed(sizes(len(data.items))):
        step = members(data, size)
        steps.append(step[waiting[step]])
        waiting[step] = False
    return [step for step in [*steps, np.flatnonzero(waiting)] if len(step)]


def _sampled(data: TrainingData) -> Array:
    """All places in a random order that an item keeps among the others, whatever comes to the pool."""
    mixed = data.items.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # SplitMix64, Steele et al. 2014
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable")
