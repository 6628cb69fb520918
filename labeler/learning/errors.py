"""What can go wrong while learning, in words for the person who reads them."""


class LearningError(Exception):
    """Base of every error that this room raises on purpose."""


class TooFewLabels(LearningError):
    """There is nothing to learn from yet: training needs two labels with examples."""


class TooFewItems(LearningError, ValueError):
    """A strategy was asked for more items than the pool holds."""


class InvalidPool(LearningError):
    """The arrays handed to a strategy don't fit together, or hold NaN or infinity."""


class InvalidRanking(LearningError):
    """What a strategy returned is no ranking of the pool; the message names the strategy."""


class NeedsModel(LearningError):
    """The strategy ranks by a model, and the pool came without its probabilities or estimator."""


class PoolTooLarge(LearningError):
    """The strategy does not scale to a pool of this size."""


class UnknownName(LearningError):
    """No strategy, model or feature pipeline has this name; the message lists those that exist."""


class InvalidModel(LearningError):
    """What a model's factory returned is no estimator; the message names the model."""


class InvalidFeatures(LearningError, ValueError):
    """Content or feature configuration that no pipeline can read; a ValueError, as scikit-learn has it."""


class ModelFileMissing(LearningError):
    """The file of a trained model is not where it should be."""


class ModelHashMismatch(LearningError):
    """The file of a trained model is not the one that was saved; it was not loaded."""


class ModelFileBroken(LearningError):
    """The file of a trained model has the right hash but can't be read, or holds untrusted types."""


class EncoderMissing(LearningError):
    """Sentence embeddings are wanted, but the extra or the encoder's file is not there."""


class EncoderBroken(LearningError):
    """The encoder's file has the wrong hash, or is no model that can be run."""


class InvalidRule(LearningError, ValueError):
    """A heuristic that can't be run: `field` says which part of it, the message what would do."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class OnnxMissing(LearningError):
    """A model is wanted as ONNX, but the extra that writes it is not installed."""


class NotExpressible(LearningError):
    """A part of a model that has no counterpart in ONNX; the message says which, and what has one."""
