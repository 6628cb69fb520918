"""Sentence encoders by name: one factory per file, registered by its decorator; found by being here, or by an entry
point. `LABELER_ENCODER` may name one.
"""

from labeler.learning.features.encoders.registry import encoder, encoder_name, encoders, make_encoder

__all__ = ["encoder", "encoder_name", "encoders", "make_encoder"]
