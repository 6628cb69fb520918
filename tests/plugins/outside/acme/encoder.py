from collections.abc import Sequence
from pathlib import Path

import numpy as np

from labeler.learning.features.encoder import Encoder
from labeler.learning.features.encoders import encoder
from labeler.learning.numeric.types import Array


class Lengths(Encoder):
    def encode(self, texts: Sequence[str]) -> Array:
        angles = np.array([len(text) for text in texts]) / 100
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@encoder("acme_lengths")
def lengths() -> Encoder:
    """How long a text is."""
    return Lengths(Path(__file__))
