"""Whether a model says as ONNX what it says here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeler.contents import Content
from labeler.learning.numeric.types import Array
from labeler.learning.onnx.convert import PROBABILITIES, Converted

NEAR = 1e-5
"""Probabilities that differ by less are those of another order of sums, not of another model."""
BLOCK = 32


@dataclass(frozen=True)
class Differs:
    """How far apart both are: the largest difference of a probability, of which item (its position), how many items
    differ by more than NEAR, and how many were compared."""

    most: float
    item: int
    differing: int
    items: int


def said(converted: Converted, contents: Sequence[Content]) -> Array:
    """What the graph says: float32 (items, classes)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(converted.file, options, providers=["CPUExecutionProvider"])
    parts = [np.zeros((0, len(converted.classes)), dtype=np.float32)]
    for start in range(0, len(contents), BLOCK):
        parts += session.run([PROBABILITIES], converted.given(contents[start : start + BLOCK]))
    return np.concatenate(parts)


def difference(converted: Converted, contents: Sequence[Content], expected: Array) -> Differs:
    """How far what the graph says is from what the model says. expected: float32 (items, classes), the model's."""
    if not len(contents):
        return Differs(0.0, 0, 0, 0)
    apart = np.abs(said(converted, contents).astype(np.float64) - expected).max(axis=1)
    apart = np.where(np.isnan(apart), np.inf, apart)
    return Differs(float(apart.max()), int(apart.argmax()), int((apart > NEAR).sum()), len(contents))
