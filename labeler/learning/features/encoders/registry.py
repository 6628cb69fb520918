"""What makes a sentence encoder, and the encoders by name. Nothing is loaded before one is made."""

from collections.abc import Callable
from dataclasses import dataclass

from labeler.learning.errors import EncoderBroken, LearningError, UnknownName
from labeler.learning.features.encoder import Encoder
from labeler.plugins import Registry

Factory = Callable[[], Encoder]


@dataclass(frozen=True)
class NamedEncoder:
    """A registered encoder: `factory()` gives an `Encoder`, or a subclass with an `encode` of its own.

    Its `sha256` names it in models: equal hashes, equal vectors. Raises EncoderMissing where it can't be had. sha256:
    the same, where it is known before one is made: then models find it that were trained while it was set.
    """

    name: str
    summary: str
    factory: Factory
    sha256: str | None = None


_encoders: Registry[NamedEncoder] = Registry(
    "sentence encoder", "encoders", "labeler.learning.features.encoders", UnknownName
)


def encoder(name: str, sha256: str | None = None) -> Callable[[Factory], Factory]:
    """Register the factory of an encoder under a name, with its hash where that is known; the first line of its
    docstring is its summary."""

    def register(factory: Factory) -> Factory:
        _encoders.add(name, NamedEncoder(name, (factory.__doc__ or "").strip().split("\n")[0], factory, sha256))
        return factory

    return register


def encoders() -> list[tuple[str, str]]:
    """Name and summary of every encoder."""
    return [(one.name, one.summary) for one in _encoders]


def make_encoder(name: str) -> Encoder:
    """The encoder of this name. Raises UnknownName, EncoderMissing, or EncoderBroken, which name it."""
    factory = _encoders.find(name).factory
    try:
        made = factory()
    except LearningError:
        raise
    except Exception as error:  # somebody else's code: models go on without it
        raise EncoderBroken(f'the sentence encoder "{name}" failed: {type(error).__name__}: {error}') from error
    if not isinstance(made, Encoder):
        raise EncoderBroken(f'the sentence encoder "{name}" is {type(made).__name__}, expected an Encoder')
    return made


def encoder_name(sha256: str) -> str:
    """The name that is registered with this hash, else the beginning of the hash."""
    return next((one.name for one in _encoders if one.sha256 == sha256), sha256[:12])


def encoder_with(sha256: str) -> Encoder | None:
    """The encoder that is registered with this hash, None without one. Raises EncoderMissing or EncoderBroken."""
    name = next((one.name for one in _encoders if one.sha256 == sha256), None)
    return None if name is None else make_encoder(name)
