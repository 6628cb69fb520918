"""Adding items. A key that is there already adds nothing (so importing a file twice does not, either)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection

from labeler.items.content import ItemRow
from labeler.items.tables import items
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.errors import Conflict
from labeler.kit.events import Event, emit
from labeler.projects.access import Project, claim_content, find_project
from labeler.projects.strata import Strata, find_strata
from labeler.wire.projects import ProjectSettings

COLUMNS = ("key", "content", "metadata", "split", "shuffle", "needed")


@dataclass(frozen=True)
class ItemsAdded(Event):
    """New items of one project. labeled: how many of them came with a label."""

    name: ClassVar[str] = "items.added"
    project_id: int
    count: int
    labeled: int


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


def add_items(
    tx: Connection,
    project: Project,
    rows: Sequence[ItemRow],
    import_id: int | None = None,
    *,
    labels_count: bool = False,
) -> dict[str, int]:
    """Insert the rows whose key is new (of several with one key, the first); returns their ids by key. Call with at
    most a few thousand. import_id: of the job that brings them. labels_count: whether the one label that a row has
    counts towards what its item needs. Raises `Conflict` for another kind of content than the project's.

    The insert itself says which keys are new: asked before, PostgreSQL reads all items of a project that is filled
    faster than it renews its statistics (100,000 rows in 56 s).
    """
    if not rows:
        return {}
    lock(tx, "items", project.id, shared=True)
    _claim_content(tx, project, rows)
    first: dict[str, ItemRow] = {}
    for row in rows:
        first.setdefault(row.key, row)
    seed = project.settings.seed
    settings, strata = project.settings, find_strata(tx, project)
    values = [
        (
            row.key,
            row.content,
            row.metadata,
            split_of(project, row),
            (shuffle := draw(seed, "order", row.key)),
            _wanted(settings, strata, row, shuffle) - (labels_count and len(row.labels) == 1),
        )
        for row in first.values()
    ]
    same = {
        "project_id": project.id,
        "import_id": import_id,
        "created_at": clock(),
    }
    added = insert_many(tx, items, COLUMNS, values, same, skip_known=True, returning=("id", "key"))
    if added:
        labeled = sum(bool(first[row.key].labels) for row in added)
        emit(tx, ItemsAdded(project.id, len(added), labeled), find_project(tx, project.id))
    return {row.key: row.id for row in added}


def _wanted(settings: ProjectSettings, strata: Strata, row: ItemRow, shuffle: int) -> int:
    """As `labels.current.wanted_of` says it in SQL."""
    share = max(settings.share_of_1000, strata.share_of(row.metadata))
    return settings.overlap if shuffle % 1_000 < share else 1


def _claim_content(tx: Connection, project: Project, rows: Sequence[ItemRow]) -> None:
    """The first items say what kind of content a project has that was set up without one."""
    if project.content is not None:
        return
    now = claim_content(tx, project.id, rows[0].kind)
    other = next((row for row in rows if row.kind != now), None)
    if other is not None:
        raise Conflict(f'This project holds items of kind "{now}"; "{other.key}" is of kind "{other.kind}".')
