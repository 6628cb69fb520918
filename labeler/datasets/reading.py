"""Reading a dataset version: from the working folder while it is there, else from DVC's cache.

Training, comparing and exporting go through here, so that they see the version and not the database.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labeler.datasets import segments
from labeler.datasets.repository import Repository
from labeler.items.versions import VersionSchema
from labeler.kit.config import Settings
from labeler.kit.errors import NotFound, Unavailable


class Version:
    """One dataset version, by its database row (tag and git commit)."""

    def __init__(self, settings: Settings, project_id: int, row: Any) -> None:
        self.repository = Repository(settings, project_id)
        self.row = row

    @cached_property
    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = orjson.loads(self.small_file("manifest.json"))
        return manifest

    def small_file(self, name: str) -> str:
        data = self.repository.file_at(self.row.git_commit, name)
        if data is None:
            raise NotFound(f"{name} of dataset version {self.row.version} is missing in its repository.")
        return data.decode()

    @cached_property
    def _cached(self) -> dict[str, Path]:
        """Where DVC's cache has each file of the version."""
        listing = self._object(self.row.dvc_hash)
        if not listing.exists():
            self._fetch()
        return {entry["relpath"]: self._object(entry["md5"]) for entry in orjson.loads(listing.read_bytes())}

    def _object(self, md5: str) -> Path:
        return self.repository.path / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]

    def _fetch(self) -> None:
        """Bring a version back whose files are in the remote only."""
        try:
            self.repository.fetch(self.row.tag)
        except Exception as error:  # whatever the storage's client raises
            raise Unavailable(f"The files of dataset version {self.row.version} can't be reached: {error}") from error

    def file_names(self) -> list[str]:
        """Every file of the version, also those its manifest does not list: itself, and what older formats left out."""
        return sorted(self._cached)

    def path(self, name: str) -> Path:
        """Where the file is, in DVC's cache: named by the MD5 of its content."""
        cached = self._cached[name]
        if not cached.exists():
            self._fetch()
        return cached

    @cached_property
    def schema(self) -> VersionSchema:
        return VersionSchema.of(orjson.loads(self.small_file("schema.json")))

    def current(self) -> dict[str, Any]:
        """Item key -> answer, of all answered items."""
        table = pq.read_table(self.path("current.parquet"), columns=["key", "value"])
        load = self.schema.task.load
        return {key: load(text) for key, text in zip(table["key"].to_pylist(), table["value"].to_pylist(), strict=True)}

    def current_table(self) -> pa.Table:
        return pq.read_table(self.path("current.parquet"))

    def segments(self, kind: str) -> list[segments.Segment]:
        return segments.segments_of(self.manifest, kind)

    def tables(self, kind: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """The rows of items or labels, one table a segment. Segments of older formats lack some columns."""
        for segment in self.segments(kind):
            path = self.path(segment.file)
            there = None if columns is None else [name for name in pq.read_schema(path).names if name in columns]
            yield pq.read_table(path, columns=there)

    def other_items(self, other: "Version") -> int:
        """How many items the other version has that this one has not. Files that both have are not read."""
        mine, theirs = ({one.sha256: one for one in version.segments("items")} for version in (self, other))
        only = [
            [
                pq.read_table(version.path(segment.file), columns=["item"])["item"].to_numpy()
                for sha256, segment in segments.items()
                if sha256 not in others
            ]
            for version, segments, others in ((self, mine, theirs), (other, theirs, mine))
        ]
        ids = [np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64) for parts in only]
        return len(np.setdiff1d(ids[1], ids[0], assume_unique=True))

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A temporary copy of the whole version."""
        with tempfile.TemporaryDirectory(prefix="labeler-version-") as name:
            target = Path(name) / "data"
            for relative in self._cached:
                (target / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.path(relative), target / relative)
            yield target
