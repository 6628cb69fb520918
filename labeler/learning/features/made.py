"""Where encoders are kept that are made here, and how: whole, by the first that asks, with the hash they must have.

The service sets its data folder; the library keeps them in the user's cache.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from labeler import DISTRIBUTION
from labeler.learning.errors import EncoderBroken

_folders: list[Path] = []


def keep_in(folder: Path) -> None:
    """Keep what is made from now on in this process below this folder."""
    _folders[:] = [folder]


def kept_in() -> Path:
    """The folder that was set, or one in the user's cache."""
    if _folders:
        return _folders[-1]
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(cache) if cache else Path.home() / ".cache") / DISTRIBUTION / "encoders"


def made(sha256: str, make: Callable[[], Mapping[str, bytes]]) -> Path:
    """The folder of the encoder whose `model.onnx` has this hash, made if it is not there, or is not whole.

    make: gives the files' contents by name. Several processes may make it at once: each file appears whole, the model
    last, and all write the same. Raises EncoderBroken when something else came out, of which nothing is kept.
    """
    folder = kept_in() / sha256
    model = folder / "model.onnx"
    if not model.exists() or hash_of(model) != sha256:
        files = make()
        found = hashlib.sha256(files[model.name]).hexdigest()
        if found != sha256:
            raise EncoderBroken(f"the encoder was made with the hash {found}, expected {sha256}; it is not used")
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda one: one == model.name):
            _write(folder / name, files[name])
    return folder


def hash_of(file: Path) -> str:
    """SHA-256 of a file, computed once for as long as it is not written to. Raises OSError."""
    found = file.stat()
    mark = (found.st_ino, found.st_size, found.st_mtime_ns)
    if _hashes.get(file, ("", ()))[1] != mark:
        with open(file, "rb") as opened:
            _hashes[file] = (hashlib.file_digest(opened, "sha256").hexdigest(), mark)
    return _hashes[file][0]


_hashes: dict[Path, tuple[str, tuple[int, ...]]] = {}


def _write(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
