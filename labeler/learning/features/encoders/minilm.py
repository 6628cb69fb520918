"""The default: small, good at topics, and part of the extra `embeddings`."""

from labeler.learning.features.encoder import DEFAULT_SHA256, Encoder, default_encoder
from labeler.learning.features.encoders.registry import encoder


@encoder("minilm", sha256=DEFAULT_SHA256)
def minilm() -> Encoder:
    """all-MiniLM-L6-v2, 384 dimensions (int8 file, Apache-2.0), of the extra `embeddings`."""
    return default_encoder()
