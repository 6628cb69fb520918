"""Whether the folder of a dataset version is what its manifest says: with its files alone, without DVC, git or the
service (G9)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labeler.datasets.manifest import all_files, content_hash
from labeler.kit.files import sha256_of

MANIFEST = "manifest.json"


class NoVersion(Exception):
    """The folder holds no dataset version; the message says what it lacks."""


@dataclass(frozen=True)
class Verified:
    """What a folder is, and what is wrong with it: one sentence each, with the file."""

    manifest: Mapping[str, Any]
    files: int
    faults: list[str]


def verify_folder(folder: Path) -> Verified:
    """Check every file's hash, size and number of rows, that no other file is there, and the version's own hash. A
    repository's folder stands for the `data` in it. Raises NoVersion."""
    folder = folder if (folder / MANIFEST).is_file() and not (folder / "data.dvc").exists() else folder / "data"
    if not (folder / MANIFEST).is_file():
        raise NoVersion(
            f"{folder.parent} holds no dataset version: neither it nor the folder data in it has {MANIFEST}."
        )
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        files = all_files(manifest)
        return Verified(manifest, len(files), [*_faults(folder, manifest, files)])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise NoVersion(f"{folder / MANIFEST} is not the manifest of a dataset version: {error!r}") from error


def _faults(folder: Path, manifest: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    inside = folder.resolve()
    for name, entry in sorted(files.items()):
        path = folder / name
        if not path.resolve().is_relative_to(inside):
            yield f"{name} lies outside of the folder"
        elif not path.is_file():
            yield f"{name} is missing"
        elif path.stat().st_size != entry["bytes"]:
            yield f"{name} has {path.stat().st_size:,} bytes instead of {entry['bytes']:,}"
        elif sha256_of(path) != entry["sha256"]:
            yield f"{name} was changed: its SHA-256 is another"
        elif "rows" in entry and (found := _rows(path)) != entry["rows"]:
            yield f"{name} has {found} rows instead of {entry['rows']}"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    unlisted = {MANIFEST} if manifest["format"] >= 3 else {MANIFEST, "README.md"}
    yield from (f"{name} is not of this version" for name in sorted(there - files.keys() - unlisted))
    for kind, counted in (("items", "items"), ("labels", "labels")):
        rows = sum(entry["rows"] for entry in manifest["segments"][kind])
        if rows != manifest["counts"][counted]:
            yield f"{MANIFEST} counts {manifest['counts'][counted]} {kind}, its files have {rows}"
    if content_hash(manifest) != manifest["content_hash"]:
        yield f"{MANIFEST} was changed: the hash of its content is another"


def _rows(path: Path) -> int | str:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return "unreadable"
