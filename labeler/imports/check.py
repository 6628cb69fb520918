"""Rows that came in, each checked on its own: the acceptable ones, and what is wrong with the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from labeler.imports.entry import labels_of, to_item
from labeler.imports.judge import Numbered
from labeler.imports.tally import Tally
from labeler.items.answers import STRICT, Answers, LabelRules, Refused, given_in
from labeler.items.content import bounds_of, check_item
from labeler.items.readers import BadRow, Row, RowRefused
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.tasks.labels import folded
from labeler.wire.imports import ImportMapping


@dataclass
class Batch:
    """read: how many rows there were. rows: those that can be taken. refused: (row number, field, reason), and how many
    labels went with the row. notes: (row number, what somebody should know of it). repeated: the numbers of rows whose
    key another one before them has, where that matters."""

    read: int = 0
    rows: list[Numbered] = field(default_factory=list)
    refused: list[tuple[int, str | None, str, int]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    repeated: set[int] = field(default_factory=set)

    def add(self, other: "Batch") -> None:
        """The rows that follow."""
        self.read += other.read
        self.rows += other.rows
        self.refused += other.refused
        self.notes += other.notes

    def marked(self, repeated: set[int]) -> "Batch":
        """With these rows marked as such whose key was there before."""
        rows = (
            [(n, row._replace(repeated=True) if n in repeated else row) for n, row in self.rows]
            if repeated
            else self.rows
        )
        return replace(self, rows=rows)

    def count(self, tally: Tally) -> None:
        """Tell of the refused ones, and of notes."""
        tally.rows += self.read
        for number, note in self.notes:
            tally.note(number, None, note)
        for number, where, reason, labels in self.refused:
            tally.refuse(number, where, reason)
            for _ in range(labels):
                tally.label("with_row", number, None, "label", reason)


Entries = list[tuple[int, Any]]


def entries_of(rows: Sequence[Row | BadRow], mapping: ImportMapping) -> tuple[Entries, Batch]:
    """(row number, item as it came) of the rows that can be one; and a batch that knows of the others."""
    found, batch = [], Batch(read=len(rows))
    for row in rows:
        if isinstance(row, BadRow):
            batch.refused.append((row.number, row.field, row.reason, 0))
            continue
        if row.note is not None:
            batch.notes.append((row.number, row.note))
        try:
            found.append((row.number, to_item(row, mapping)))
        except RowRefused as refused:
            batch.refused.append((row.number, refused.field, refused.reason, labels_of(row, mapping)))
    return found, batch


def check_rows(
    raw: Sequence[tuple[int, Any]],
    project: Project,
    limits: Settings,
    mapping: ImportMapping | None = None,
    known: Batch | None = None,
) -> Batch:
    """raw: (row number, row as it came, or the ValueError that reading it raised). known: what was said of the rows
    already."""
    known = known or Batch(read=len(raw))
    found = Batch(known.read, [], list(known.refused), list(known.notes))
    bounds = bounds_of(limits)
    rules = STRICT if mapping is None else LabelRules(mapping.unknown_labels, mapping.label_map)
    answers = Answers(project, rules)
    kind = project.content
    for number, entry in raw:
        try:
            if isinstance(entry, ValueError):
                raise Refused("", f"is not valid JSON: {entry}")
            row = check_item(entry, project, bounds, kind, answers)
        except Refused as refused:
            found.refused.append((number, refused.field, refused.reason, _labels_in(entry)))
            continue
        kind = kind or row.kind
        found.rows.append((number, row))
        found.notes += [(number, note) for note in row.notes]
    found.refused.sort(key=lambda one: one[0])
    return found.marked(known.repeated)


def unknown_labels(rows: Iterable[Numbered]) -> list[str]:
    """The labels in these rows that the project does not have, in order of first occurrence; of several spellings of
    one, the first."""
    found: dict[str, str] = {}
    for _, row in rows:
        for lost in row.lost:
            for name in lost.names:
                found.setdefault(folded(name), name)
    return list(found.values())


def _labels_in(entry: Any) -> int:
    if not isinstance(entry, dict):
        return 0
    try:
        return len(given_in(entry))
    except Refused:
        return 0
