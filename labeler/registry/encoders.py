"""The sentence encoder that the settings name, for training and for answering; one set by URL is fetched once."""

import re
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from labeler.kit.config import Settings
from labeler.kit.storage import FetchFailed, WrongHash, fetch, is_url
from labeler.learning.errors import EncoderBroken, EncoderMissing, LearningError
from labeler.learning.features.encoder import Encoder, use
from labeler.learning.features.encoders import encoders, make_encoder
from labeler.learning.features.encoders.pair import PAIR, PARTS
from labeler.learning.features.installed import installed
from labeler.learning.features.made import keep_in

AGAIN = 300.0
"""Seconds until a URL that failed is tried again: each training asks, and none should wait for a dead host."""

_failed: dict[tuple[str, str], tuple[float, str]] = {}


def encoder_for(settings: Settings) -> Encoder | None:
    """The encoder that the settings name, or the first of those that are installed, see `encoders_for`; None without
    one. Others are not looked at."""
    return next(_each(settings), None)


def encoders_for(settings: Settings) -> list[Encoder]:
    """The encoder that the settings name; where they name none, those that are installed, among which evidence chooses
    for each model. Empty when embeddings are off or not installed.

    The setting is the name of a registered encoder, a folder, a file, or a URL, which is fetched first. Raises
    EncoderMissing or EncoderBroken for one that was set and is not there, fails, or has another hash; where there are
    several, only when none of them can be had: the others go on, see `why_fewer`.
    """
    return list(_each(settings))


def _each(settings: Settings) -> Iterator[Encoder]:
    if settings.embeddings == "off":
        return
    keep_in(settings.home / "encoders")
    if not settings.encoder:
        yield from _those(installed())
    elif settings.encoder == PAIR:
        yield from islice(_those([PAIR, *PARTS]), 1)
    elif settings.encoder in {name for name, _ in encoders()}:
        yield use(make_encoder(settings.encoder))
    else:
        yield use(Encoder(encoder_path(settings), settings.encoder_sha256 or None))


def _those(names: Sequence[str]) -> Iterator[Encoder]:
    """Those of the registered encoders that can be had. Raises what the first one does when none can."""
    reasons = []
    for name in names:
        try:
            made = use(make_encoder(name))
        except LearningError as error:
            reasons.append(error)
            continue
        yield made
    if reasons and len(reasons) == len(names):
        raise reasons[0]


def why_without(settings: Settings) -> str | None:
    """Why the set encoder can't be used, in a sentence; None when nothing is wrong."""
    try:
        encoder_for(settings)
    except LearningError as error:
        return str(error)
    return None


def encoders_beside(settings: Settings) -> list[Encoder]:
    """Those beside the first one; none where the set encoder can't be used."""
    return [] if why_without(settings) else encoders_for(settings)[1:]


def why_fewer(settings: Settings) -> str | None:
    """Why an encoder is left out where there are several, in a sentence; None when none is."""
    if settings.embeddings == "off" or settings.encoder not in ("", PAIR):
        return None
    keep_in(settings.home / "encoders")
    found = map(_or_why, installed() if not settings.encoder else PARTS)
    return next((one for one in found if isinstance(one, str)), None)


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
