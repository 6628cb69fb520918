"""Sentence encoders by name: one factory per file, registered by its decorator; found by being here, or by an entry
point. `LABELER_ENCODER` may name one.
"""

from labeler.learning.features.encoders.registry import encoder, encoders, make_encoder

__all__ = ["encoder", "encoders", "make_encoder"]
