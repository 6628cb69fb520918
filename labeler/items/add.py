"""Adding items. A key that is there already adds nothing (so importing a file twice does not, either)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Connection

from labeler.items.content import ItemRow, Refused, bounds_of, check_item
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import lock, upsert
from labeler.kit.errors import Conflict
from labeler.kit.events import Event, emit
from labeler.projects.access import Project, claim_content, find_project

MOST_ERRORS = 1000  # refused rows that are described; all of them are counted


@dataclass(frozen=True)
class ItemsAdded(Event):
    """New items of one project; `labeled` has (item id, value) of those that came with a label of this kind of labeler,
    given under this version of the schema."""

    name: ClassVar[str] = "items.added"
    project_id: int
    count: int
    labeled: list[tuple[int, Any]]
    labeler_id: int
    kind: str
    schema_version: int

    def payload(self) -> dict[str, Any]:
        return {**vars(self), "labeled": len(self.labeled)}


@dataclass
class Tally:
    """taken + already_there + refused is the number of rows seen (G7)."""

    rows: int = 0
    taken: int = 0
    already_there: int = 0
    refused: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: int, where: str | None, reason: str) -> None:
        self.refused += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append({"row": row, "field": where or "", "reason": reason})


def draw(seed: int, purpose: str, key: str) -> int:
    """A random number in [0, 2**63) that depends on nothing but seed, purpose and item key."""
    hashed = hashlib.blake2b(f"{seed}\x00{purpose}\x00{key}".encode(), digest_size=8).digest()
    return int.from_bytes(hashed, "big") >> 1


def split_of(project: Project, row: ItemRow) -> str:
    """A random share of items is the holdout, whatever order they come or are labeled in."""
    if row.split is not None:
        return row.split
    share = draw(project.settings.seed, "holdout", row.key) / 2**63
    return "holdout" if share < project.settings.holdout_share else "train"


def check_rows(raw: Sequence[tuple[int, Any]], project: Project, limits: Settings, tally: Tally) -> list[ItemRow]:
    """The acceptable rows of (row number, row); the others are noted in `tally`."""
    good: list[ItemRow] = []
    bounds = bounds_of(limits)
    for number, entry in raw:
        try:
            if isinstance(entry, ValueError):
                raise Refused("", f"is not valid JSON: {entry}")
            good.append(check_item(entry, project, bounds, project.content or (good[0].kind if good else None)))
        except Refused as refused:
            tally.refuse(number, refused.field, refused.reason)
    return good


def add_items(
    tx: Connection, project: Project, rows: Sequence[ItemRow], labeler_id: int, kind: str = "import"
) -> tuple[int, int]:
    """Insert rows whose key is new; returns (taken, already there). Call with at most a few thousand.

    kind: what kind of labeler the labels are of that came with them. Raises `Conflict` for another kind of content
    than the project's.

    The insert itself says which keys are new: asked before, PostgreSQL reads all items of a project that is filled
    faster than it renews its statistics (100,000 rows in 56 s).
    """
    if not rows:
        return 0, 0
    lock(tx, "items", project.id, shared=True)
    _claim_content(tx, project, rows)
    first: dict[str, ItemRow] = {}
    for row in rows:
        first.setdefault(row.key, row)
    seed = project.settings.seed
    values = [
        {
            "project_id": project.id,
            "key": row.key,
            "content": row.content,
            "metadata": row.metadata,
            "split": split_of(project, row),
            "shuffle": draw(seed, "order", row.key),
            "needed": project.settings.overlap,
        }
        for row in first.values()
    ]
    insert = upsert(tx, items).values(created_at=clock()).on_conflict_do_nothing()
    added = tx.execute(insert.returning(items.c.id, items.c.key), values).all()
    if not added:
        return 0, len(rows)
    labels = {row.key: row.label for row in first.values() if row.label is not None}
    labeled = [(row.id, labels[row.key]) for row in added if row.key in labels]
    taken = len(added)
    now = find_project(tx, project.id)
    emit(tx, ItemsAdded(project.id, taken, labeled, labeler_id, kind, project.schema_version), now)
    return taken, len(rows) - taken


def _claim_content(tx: Connection, project: Project, rows: Sequence[ItemRow]) -> None:
    """The first items say what kind of content a project has that was set up without one."""
    if project.content is not None:
        return
    now = claim_content(tx, project.id, rows[0].kind)
    other = next((row for row in rows if row.kind != now), None)
    if other is not None:
        raise Conflict(f'This project holds items of kind "{now}"; "{other.key}" is of kind "{other.kind}".')
