"""The file of a backup: a tar whose last member says what the others are, with the SHA-256 of each."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


class NoBackup(Exception):
    """A file is no backup, or not what it was; the message says where."""


@dataclass
class Archive:
    """A backup that is being written: `add` its files, then `close` it with what is to be said of it."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    _seen: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, path: Path, name: str) -> None:
        """Add a file, or a link where the same file is in it already. What vanishes meanwhile is left out."""
        try:
            file = open(path, "rb")  # noqa: SIM115 (closed below)
        except FileNotFoundError:
            return
        with file:
            found = os.fstat(file.fileno())
            first = self._seen.setdefault((found.st_dev, found.st_ino), name)
            if found.st_nlink > 1 and first != name:
                self.files[name] = {"link": first}
                return
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = found.st_size, 0o600, int(found.st_mtime)
            hashed = _Hashed(file, found.st_size)
            self.tar.addfile(info, hashed)
            self.files[name] = {"bytes": found.st_size, "sha256": hashed.sha256.hexdigest()}

    def close(self, about: dict[str, Any]) -> None:
        body = json.dumps({"format": FORMAT, **about, "files": self.files}).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(body), 0o600
        self.tar.addfile(info, io.BytesIO(body))


class _Hashed(io.RawIOBase):
    """Reads a file to the size that it had, and hashes what is read."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left = file, size
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.file.read(min(self.left, CHUNK if size < 0 else size))
        if not part and self.left:
            raise OSError(f"{self.file.name} became shorter while it was read: run the backup again")
        self.left -= len(part)
        self.sha256.update(part)
        return part


def check(path: Path) -> dict[str, Any]:
    """A backup's manifest, after every file in it was read and compared. Raises `NoBackup`."""
    try:
        manifest, found = _read(path)
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise NoBackup(f"{path} is no whole backup: {error}") from error
    if manifest is None:
        raise NoBackup(f"{path} is no whole backup: it has no {MANIFEST} at its end.")
    if manifest.get("format") != FORMAT:
        raise NoBackup(f"{path} is a backup of format {manifest.get('format')}, this version reads {FORMAT}.")
    listed = {name: entry for name, entry in manifest["files"].items() if "link" not in entry}
    for name, entry in listed.items():
        if name not in found:
            raise NoBackup(f"{path} is damaged: {name} is missing.")
        if found[name] != (entry["bytes"], entry["sha256"]):
            raise NoBackup(f"{path} is damaged: {name} is not what it was.")
    if extra := found.keys() - listed.keys():
        raise NoBackup(f"{path} is damaged: {sorted(extra)[0]} is not of this backup.")
    return manifest


def _read(path: Path) -> tuple[dict[str, Any] | None, dict[str, tuple[int, str]]]:
    manifest, found = None, {}
    with tarfile.open(path, "r:") as tar:
        for info, file in _members(tar):
            if info.name == MANIFEST:
                manifest = json.loads(file.read())
                continue
            sha256 = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
            found[info.name] = (info.size, sha256.hexdigest())
    return manifest, found


def _members(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    for info in tar:
        name = PurePosixPath(info.name)
        if not info.isreg() or name.is_absolute() or ".." in name.parts:
            raise ValueError(f"{info.name} does not belong into a backup")
        file = tar.extractfile(info)
        assert file is not None
        yield info, file


def extract(path: Path, manifest: dict[str, Any], folder: Path) -> None:
    """Write the files of a checked backup below a folder."""
    with tarfile.open(path, "r:") as tar:
        for info, file in _members(tar):
            if info.name != MANIFEST:
                target = folder / info.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with open(target, "wb") as out:
                    while part := file.read(CHUNK):
                        out.write(part)
    for name, entry in manifest["files"].items():
        if "link" in entry:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(folder / entry["link"], target)
