"""Reading a file in a process of its own: what strangers send can't take this one's memory or time (G33)."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from labeler.imports.check import check_rows, entries_of
from labeler.imports.limits import limits_of
from labeler.imports.pace import FEW_ROWS
from labeler.imports.plan import look
from labeler.imports.repeats import Keys
from labeler.items.readers import BadRow, FileRefused, Row, read_rows, reader_of
from labeler.items.readers.portions import portion
from labeler.kit.bounded import MEMORY, Helper, OutOfBounds, bounded
from labeler.kit.config import Settings
from labeler.plugins import registries
from labeler.projects.access import Project
from labeler.wire.imports import ImportMapping, Plan

CHARACTERS = 1_600_000  # of the rows that are handed on at once
STEP_SECONDS = 120
"""Of computing until an import has its next rows: a packed file is unpacked first."""

helper = Helper("labeler.imports.reading")
"""Reads for the API."""


@contextmanager
def told() -> Iterator[None]:
    """A file that asks for too much is refused like any other."""
    try:
        yield
    except OutOfBounds:
        raise FileRefused(
            f"to read it takes more than {MEMORY // 1_000_000} MB of memory, or too long; split the file, or save it "
            "as CSV or JSON Lines"
        ) from None


def beginning(
    path: Path, settings: Settings, given: ImportMapping | None, cut: bool, project: Project | None
) -> tuple[Plan, list[Row | BadRow]]:
    """The plan for a file, and its first rows. cut, project: see `look`. Raises FileRefused."""
    with told(), bounded(_beginning, path, settings, given, cut, project, memory=MEMORY, helper=helper) as found:
        return next(found)


def _beginning(path: Path, settings: Settings, *about: Any) -> Iterator[tuple[Plan, list[Row | BadRow]]]:
    given, cut, project = about
    looked = look(path, limits_of(settings), given, cut, project)
    yield looked.plan, looked.rows


@contextmanager
def opened(
    path: Path, settings: Settings, given: ImportMapping | None, project: Project, after: int
) -> Iterator[tuple[Plan, int, Iterator[Any]]]:
    """The plan for a file, about how many rows it has (0: nobody knows), and the batches of rows that follow the first
    `after`: each checked, or (where labels may be added meanwhile) as entries that `check_rows` takes. Raises
    FileRefused."""
    for registry in registries().values():
        registry.load()  # here, so that not each of the processes has to
    with told(), bounded(_batches, path, settings, given, project, after, memory=MEMORY, seconds=STEP_SECONDS) as found:
        yield *next(found), found


def _batches(
    path: Path, settings: Settings, given: ImportMapping | None, project: Project, after: int
) -> Iterator[Any]:
    limits = limits_of(settings)
    looked = look(path, limits, given, project=project)
    mapping = looked.plan.mapping
    yield looked.plan, reader_of(looked.detected).count(path)
    rows = read_rows(path, looked.detected, limits)
    keys = Keys() if mapping.key and mapping.known_items == "update" else None
    skipped = islice(rows, after)
    while batch := portion(skipped, FEW_ROWS, CHARACTERS):
        if keys is not None:
            keys.mark(check_rows(entries_of(batch, mapping)[0], project, settings, mapping))
    while batch := portion(rows, FEW_ROWS, CHARACTERS):
        entries, known = entries_of(batch, mapping)
        if mapping.unknown_labels == "add":
            yield entries, known if keys is None else keys.mark(known, entries)
        else:
            checked = check_rows(entries, project, settings, mapping, known)
            yield checked if keys is None else keys.mark(checked)
