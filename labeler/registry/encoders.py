"""The sentence encoder that the settings name, for training and for answering; one set by URL is fetched once."""

import re
import time
from pathlib import Path

from labeler.kit.config import Settings
from labeler.kit.storage import FetchFailed, WrongHash, fetch, is_url
from labeler.learning.errors import EncoderBroken, EncoderMissing, LearningError
from labeler.learning.features.encoder import Encoder, default_encoder, use
from labeler.learning.features.encoders import encoders, make_encoder
from labeler.learning.features.encoders.pair import PAIR, PARTS
from labeler.learning.features.installed import is_installed
from labeler.learning.features.made import keep_in

AGAIN = 300.0
"""Seconds until a URL that failed is tried again: each training asks, and none should wait for a dead host."""

_failed: dict[tuple[str, str], tuple[float, str]] = {}


def encoder_for(settings: Settings) -> Encoder | None:
    """The encoder that the settings name; None when embeddings are off or not installed.

    The setting is the name of a registered encoder, a folder, a file, or a URL, which is fetched first. Raises
    EncoderMissing or EncoderBroken for one that was set and is not there, fails, or has another hash; of the pair, only
    when neither of its encoders can be had: one alone goes on, see `why_one`.
    """
    if settings.embeddings == "off":
        return None
    keep_in(settings.home / "encoders")
    if settings.encoder == PAIR:
        made = [one for one in (_or_why(PAIR), *map(_or_why, PARTS)) if isinstance(one, Encoder)]
        return use(made[0] if made else make_encoder(PAIR))
    if settings.encoder in {name for name, _ in encoders()}:
        return use(make_encoder(settings.encoder))
    if settings.encoder:
        return use(Encoder(encoder_path(settings), settings.encoder_sha256 or None))
    return use(default_encoder()) if is_installed() else None


def why_without(settings: Settings) -> str | None:
    """Why the set encoder can't be used, in a sentence; None when nothing is wrong."""
    try:
        encoder_for(settings)
    except LearningError as error:
        return str(error)
    return None


def why_one(settings: Settings) -> str | None:
    """Why one encoder stands in for the pair that is set, in a sentence; None when both are there, or one was set."""
    if settings.embeddings == "off" or settings.encoder != PAIR:
        return None
    keep_in(settings.home / "encoders")
    found = _or_why(PAIR)
    return found if isinstance(found, str) else None


def _or_why(name: str) -> Encoder | str:
    """The registered encoder, or why it can't be had."""
    try:
        return make_encoder(name)
    except LearningError as error:
        return str(error)


def encoder_path(settings: Settings) -> Path:
    """The folder or file of the set encoder; of a URL, the copy in the data folder, by its hash.

    Raises EncoderMissing when the URL can't be read or no hash is set for it, EncoderBroken for a wrong hash.
    """
    if not is_url(settings.encoder):
        return Path(settings.encoder)
    sha256 = settings.encoder_sha256.lower()
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise EncoderMissing(
            "LABELER_ENCODER is a URL: set LABELER_ENCODER_SHA256 to the SHA-256 of its file, 64 hexadecimal digits"
        )
    target = settings.home / "encoders" / sha256 / "model.onnx"
    if not target.exists():
        _fetch(settings.encoder, target, sha256)
    return target


def _fetch(url: str, target: Path, sha256: str) -> None:
    when, reason = _failed.get((url, sha256), (float("-inf"), ""))
    if time.monotonic() - when < AGAIN:
        raise EncoderMissing(f"the sentence encoder could not be fetched: {reason}")
    try:
        fetch(url, target, sha256)
    except FetchFailed as error:
        _failed[url, sha256] = (time.monotonic(), str(error))
        kind = EncoderBroken if isinstance(error, WrongHash) else EncoderMissing
        raise kind(f"the sentence encoder could not be fetched: {error}") from error
