"""Files by URL, through fsspec: https, s3 (with its extra), file and what else is installed."""

import hashlib
from pathlib import Path

from labeler.kit.files import written_whole

_CHUNK = 1 << 20


class FetchFailed(Exception):
    """The file could not be had; the message says why, without the URL, which may hold a secret."""


class WrongHash(FetchFailed):
    """What came is not what was asked for; nothing of it was kept."""


def is_url(text: str) -> bool:
    return "://" in text


def fetch(url: str, target: Path, sha256: str) -> None:
    """Copy a file to `target`, which appears only when it is complete and has this hash.

    Raises WrongHash, or FetchFailed when it can't be read.
    """
    import fsspec

    digest = hashlib.sha256()
    try:
        with fsspec.open(url, "rb") as source, written_whole(target) as file:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
            if digest.hexdigest() != sha256.lower():
                raise WrongHash(f"the file has the hash {digest.hexdigest()}, expected {sha256.lower()}")
    except FetchFailed:
        raise
    except Exception as error:  # whatever the storage's client raises
        raise FetchFailed(f"it can't be read ({type(error).__name__})") from error
