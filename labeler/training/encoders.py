"""Where the file of the set sentence encoder is; one that is set by URL is fetched once."""

import re
import time
from pathlib import Path

from labeler.kit.config import Settings
from labeler.kit.storage import FetchFailed, WrongHash, fetch, is_url
from labeler.learning.errors import EncoderBroken, EncoderMissing

AGAIN = 300.0
"""Seconds until a URL that failed is tried again: each training asks, and none should wait for a dead host."""

_failed: dict[tuple[str, str], tuple[float, str]] = {}


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
