"""Importing a file: row by row, in batches short enough that labelers don't notice.

After each batch the place in the file and the counts so far are stored with the batch itself, so that
an import whose process was killed goes on where it was, and its counts still add up (G6, G7).
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.users import kind_of_account, labels_as
from labeler.items.add import Tally, add_items, check_rows
from labeler.items.content import ItemRow
from labeler.items.readers import (
    BadRow,
    FileRefused,
    Limits,
    Reader,
    Row,
    RowRefused,
    check_mapping,
    preview,
    read_rows,
    reader_of,
    sniff,
    to_item,
)
from labeler.items.uploads import limits_of
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.kit.jobs.tables import jobs
from labeler.projects.access import Project, find_project

BATCH = 1000
KEEP_SECONDS = 86_400
Numbered = tuple[int, Any]


@job("items.import")
def import_file(run: JobRun) -> dict[str, Any]:
    path = Path(run.args["path"])
    project = run.db.read(find_project, run.project_id or 0)
    kind = labels_as(run.db.read(kind_of_account, run.created_by or 0), "import")
    limits = limits_of(run.settings)
    tally = Tally(**(run.saved or {}))
    try:
        if not path.exists():
            raise JobRefused("The uploaded file is gone. Upload it again.")
        detected = sniff(path)
        reader = reader_of(detected)
        mapping = _mapping(path, run.args["mapping"], limits, reader)
        total = reader.count(path)
        rows = _items(islice(read_rows(path, detected, limits), tally.rows, None), mapping, tally)
        while batch := list(islice(rows, BATCH)):
            started = time.monotonic()
            good = check_rows([entry for entry in batch if entry[1] is not None], project, run.settings, tally)
            tally.rows += len(batch)
            tally.taken, tally.already_there = run.write(_step(run, project, good, tally, total, kind))
            # Leave the writer to others for as long as it was taken: imports are many small visits.
            time.sleep(min(time.monotonic() - started, 0.03))
    except FileRefused as refused:
        _forget(run, path)
        raise JobRefused(f"{run.args['name']}: {refused}") from None
    result = asdict(tally)
    run.finish(partial(_finish, result=result))
    _forget(run, path)
    return result


def _finish(tx: Connection, result: dict[str, Any]) -> dict[str, Any]:
    if result["taken"] and tx.dialect.name == "postgresql":
        tx.execute(sa.text("ANALYZE items"))  # else questions are planned for the project as it was for up to a minute
    return result


def _forget(run: JobRun, path: Path) -> None:
    """Remove the upload, and those of a day ago or older whose import was cancelled or given up."""
    if run.args["keep_file"]:
        return
    path.unlink(missing_ok=True)
    wanted = sa.select(jobs.c.args).where(jobs.c.kind == "items.import", jobs.c.state.in_(("queued", "running")))
    in_use = {Path(args["path"]) for args in run.db.read(lambda tx: tx.execute(wanted).scalars().all())}
    for old in path.parent.glob("*") if path.parent == run.settings.home / "uploads" else ():
        if old not in in_use and time.time() - old.stat().st_mtime > KEEP_SECONDS:
            old.unlink(missing_ok=True)


def _mapping(path: Path, given: dict[str, Any] | None, limits: Limits, reader: Reader) -> dict[str, Any]:
    """The mapping that was given, if it fits the file, else a guess. Raises `FileRefused`."""
    found = preview(path, limits=limits)
    if given is None:
        guessed: dict[str, Any] = found["mapping"]
        return guessed
    columns = [column["name"] for column in found["columns"]]
    # Where each row has names of its own, what one lacks is reported with the row.
    return check_mapping(given, columns if columns and reader.same_columns else None)


def _items(rows: Iterator[Row | BadRow], mapping: dict[str, Any], tally: Tally) -> Iterator[Numbered]:
    """(row number, raw item), or (row number, None) for rows already reported as refused."""
    for row in rows:
        if isinstance(row, BadRow):
            tally.refuse(row.number, row.field, row.reason)
            yield row.number, None
            continue
        try:
            yield row.number, to_item(row, mapping)
        except RowRefused as refused:
            tally.refuse(row.number, refused.field, refused.reason)
            yield row.number, None


def _step(run: JobRun, project: Project, good: list[ItemRow], tally: Tally, total: int, kind: str) -> Any:
    def step(tx: Connection) -> tuple[int, int]:
        taken, there = add_items(tx, project, good, run.created_by or 0, kind)
        after = replace(tally, taken=tally.taken + taken, already_there=tally.already_there + there)
        message = f"{after.rows:,} rows read, {after.taken:,} taken"
        engine.save(tx, run.id, run.attempt, asdict(after), done=after.rows, total=total or None, message=message)
        return after.taken, after.already_there

    return step
