"""Trained models as ONNX: from an item as it is written to its probabilities, in one graph.

The graphs are built by hand, since what they say must be what the model says: features are hashed n-grams, which no
converter knows, and a model's own estimators hold plain arrays. Estimators of scikit-learn, which models of plug-ins
may be, are converted by skl2onnx. Why, and how near the two come: docs/decisions/0054-models-as-onnx.md
"""

from labeler.learning.onnx.convert import Converted, to_onnx
from labeler.learning.onnx.same import NEAR, Differs, difference

__all__ = ["NEAR", "Converted", "Differs", "difference", "to_onnx"]
