"""Knows sentiment, and a hundred languages: of the extra `multilingual`. docs/decisions/0049-second-encoder.md"""

from labeler.learning.features.e5.build import E5_SHA256, e5_folder
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.encoders.registry import encoder


@encoder("multilingual-e5-small", sha256=E5_SHA256)
def multilingual_e5_small() -> Encoder:
    """multilingual-e5-small, 384 dimensions, a hundred languages (4-bit weights, MIT), of the extra `multilingual`."""
    return Encoder(e5_folder(), E5_SHA256)
