"""An import that changes nothing: every row and label gets the fate that it would have."""

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from labeler.imports.add_labels import with_labels
from labeler.imports.check import Batch, unknown_labels
from labeler.imports.judge import Judged, Numbered, There, changed_rows, judge, landing
from labeler.imports.labelers import find_labelers
from labeler.imports.limits import rules_of
from labeler.imports.pace import Pace
from labeler.imports.tally import Tally
from labeler.imports.write import read_there
from labeler.kit.counting import counted
from labeler.kit.db import Database
from labeler.kit.jobs.registry import JobRun
from labeler.projects.access import Project
from labeler.tasks import parse_schema
from labeler.wire.imports import ImportMapping

Kept = tuple[str, bytes | None, dict[int, Any], dict[str, Any]]
"""Key, digest of the content that this import brings (None: it is there already), labels by labeler, metadata."""


class Digested:
    """A content of which only the digest is known."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return digest(other) == self.value

    __hash__ = None  # type: ignore[assignment]


class Seen:
    """What earlier rows of the file would have added, in a file on disk: there may be millions."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="labeler-dry-run-")
        self._db = sqlite3.connect(Path(self._folder.name) / "seen", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, content BLOB, labels TEXT, metadata TEXT)")

    def close(self) -> None:
        self._db.close()
        self._folder.cleanup()

    def find(self, keys: Iterable[str]) -> dict[str, tuple[bytes | None, dict[int, Any], dict[str, Any]]]:
        wanted = orjson.dumps(list(keys)).decode()
        rows = self._db.execute("SELECT * FROM seen WHERE key IN (SELECT value FROM json_each(?))", (wanted,))
        return {
            key: (content, {int(who): value for who, value in orjson.loads(labels)}, orjson.loads(metadata))
            for key, content, labels, metadata in rows
        }

    def keep(self, rows: Iterable["Kept"]) -> None:
        values = [
            (key, content, orjson.dumps(list(labels.items())).decode(), orjson.dumps(metadata).decode())
            for key, content, labels, metadata in rows
        ]
        self._db.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", values)


class DryRun:
    """Takes the place of writing: reads what is there, and remembers what would be."""

    def __init__(self, db: Database, run: JobRun | None = None, user_id: int = 0) -> None:
        self.db, self.run, self.user_id = db, run, user_id
        self.seen = Seen()
        self.pace = Pace()
        self.names: dict[str, int] = {}
        self.next_id = -1

    def close(self) -> None:
        self.seen.close()

    def add_labels(
        self, project: Project, rows: Sequence[Numbered], mapping: ImportMapping, tally: Tally, total: int = 0
    ) -> Project:
        """The project as it would be with the labels that these rows bring; `tally` says which."""
        there = self._there(project, {row.key for _, row in rows})
        names = unknown_labels(landing(rows, there, rules_of(mapping)))
        missing = [name for name in names if name not in project.label_names]
        if not project.labels or not missing:
            return project
        schema = parse_schema({**project.schema.model_dump(), "labels": with_labels(project, missing)})
        changed = replace(project, schema=schema)
        tally.labels_added += [name for name in changed.label_names if name not in project.label_names]
        return changed

    def take(self, project: Project, good: Batch, mapping: ImportMapping, tally: Tally, total: int) -> None:
        keys = {row.key for _, row in good.rows}
        there = self._there(project, keys)
        updated = frozenset(changed_rows(good.rows, there) if mapping.known_items == "update" else ())
        for key in updated:
            there.pop(key)
        new = {key: self._new_id() for key in keys if key not in there}
        names = {label.labeler for _, row in good.rows for label in row.labels if label.labeler is not None}
        labelers: dict[str | None, int] = {None: self.user_id}
        labelers.update(self._labelers(names))
        found = judge(good.rows, new, there, labelers, rules_of(mapping), tally, updated)
        self._keep(good, new, there, found)
        if self.run is not None:
            self.run.progress(tally.rows, total, counted("{n} row read", "{n} rows read", tally.rows))

    def _new_id(self) -> int:
        self.next_id -= 1
        return self.next_id

    def _labelers(self, names: set[str]) -> dict[str, int]:
        unknown = names - set(self.names)
        self.names |= self.db.read(find_labelers, unknown)
        for name in sorted(unknown - set(self.names)):
            self.names[name] = self._new_id()
        return {name: self.names[name] for name in names}

    def _there(self, project: Project, keys: set[str]) -> dict[str, There]:
        """What these keys are, with what earlier batches would have made of them."""
        there = self.db.read(read_there, project, keys)
        for key, (content, labels, metadata) in self.seen.find(keys).items():
            if content is not None:
                there[key] = There(self._new_id(), Digested(content), own=True)
            there[key].metadata = metadata
            for who, value in labels.items():
                there[key].labels[who] = value
                if who == self.user_id or there[key].answer is None:
                    there[key].answer = value
        return there

    def _keep(self, good: Batch, new: dict[str, int], there: dict[str, There], found: Judged) -> None:
        by_item: dict[int, dict[int, Any]] = {}
        for label in found.labels:
            by_item.setdefault(label.item_id, {})[label.labeler_id] = label.value
        kept: dict[str, Kept] = {}
        for _, row in good.rows:
            if row.key in kept:
                continue
            if row.key in new:
                item_id = new[row.key]
                metadata = found.metadata.get(item_id, row.metadata)
                kept[row.key] = (row.key, digest(row.content), by_item.get(item_id, {}), metadata)
                continue
            item = there[row.key]
            if item.id in by_item or item.id in found.metadata:
                labels = {**item.labels, **by_item.get(item.id, {})}
                content = item.content.value if isinstance(item.content, Digested) else None
                kept[row.key] = (row.key, content, labels, item.metadata)
        self.seen.keep(kept.values())


def digest(content: Any) -> bytes:
    """Of what an item says."""
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
