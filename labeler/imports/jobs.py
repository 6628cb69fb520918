"""Importing a file: row by row, in batches short enough that labelers don't notice.

After each batch the place in the file and the counts so far are stored with the batch itself, so that
an import whose process was killed goes on where it was, and its counts still add up (G6, G7, G25).
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.kinds import labels_as
from labeler.accounts.users import kind_of_account
from labeler.imports.add_labels import add_labels
from labeler.imports.check import Batch, check_rows, unknown_labels
from labeler.imports.databases import rows
from labeler.imports.dry import DryRun
from labeler.imports.judge import Numbered, landing
from labeler.imports.limits import rules_of
from labeler.imports.pace import Pace
from labeler.imports.reading import opened
from labeler.imports.table_file import of_table, write_rows
from labeler.imports.tally import Tally
from labeler.imports.write import Importer, read_there, take
from labeler.items.readers import FileRefused
from labeler.kit.counting import counted
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.kit.jobs.tables import jobs
from labeler.projects.access import Project, find_project
from labeler.wire.imports import ImportMapping, Plan

KEEP_SECONDS = 86_400
FETCH_SECONDS = 300  # that another database may work on a portion of rows
TURN_SECONDS = 20.0  # to find the place again where it was takes an import a tenth of the time until then
LOOK_SECONDS = 1.0


@job("items.import")
def import_file(run: JobRun) -> dict[str, Any]:
    path = Path(run.args["path"])
    tally = Tally.of(run.saved)
    try:
        if not path.exists():
            _fetch(run, path, tally)
        plan = _read(run, path, tally)
        if run.finished:
            return {}  # others go first; the rest is for the next attempt
    except FileRefused as refused:
        _forget(run, path)
        raise JobRefused(f"{run.args['name']}: {refused}") from None
    result = {**tally.result(), "plan": plan.model_dump(mode="json"), "dry_run": bool(run.args.get("dry_run"))}
    run.finish(partial(_finish, result=result))
    _forget(run, path)
    return result


def _fetch(run: JobRun, path: Path, tally: Tally) -> None:
    """Write the table that is to be imported into its file. Raises JobRefused where there is none to begin with."""
    table = run.args.get("table")
    if table is None:
        raise JobRefused("The uploaded file is gone. Upload it again.")
    if tally.rows:
        raise JobRefused("The copy of the table is gone. Import it again: what is there already adds nothing.")
    path.parent.mkdir(parents=True, exist_ok=True)
    most = run.settings.max_rows + 1  # one more tells the reader that there are too many
    with closing(rows(run.settings, table["database"], table["table"], FETCH_SECONDS)) as found:
        write_rows(found, path, most, run.settings.max_upload_bytes, partial(_told, run))


def _told(run: JobRun, number: int) -> None:
    run.progress(0, None, counted("{n} row fetched", "{n} rows fetched", number))


def _read(run: JobRun, path: Path, tally: Tally) -> Plan:
    """Takes the file to its end, counting in `tally`; returns the plan it followed."""
    given = run.args["mapping"]
    project = run.db.read(find_project, run.project_id or 0)
    chosen = None if given is None else ImportMapping.model_validate(given)
    with opened(path, run.settings, chosen, project, tally.rows) as (plan, total, batches):
        step = DryRun(run.db, run, run.created_by or 0) if run.args.get("dry_run") else Writing(run)
        try:
            _take_all(run, batches, project, plan.mapping, step, tally, total)
        finally:
            step.close()
    return of_table(plan) if "table" in run.args else plan


def _take_all(
    run: JobRun,
    batches: Iterator[Any],
    project: Project,
    mapping: ImportMapping,
    step: "Writing | DryRun",
    tally: Tally,
    total: int,
) -> None:
    """While one batch is written, another process reads the next ones. Ends early where others wait."""
    turn = None
    with ThreadPoolExecutor(1) as writer:
        under_way: Future[None] | None = None
        batch = Batch()
        for found in batches:
            if mapping.unknown_labels == "add":
                entries, told = found
                found = check_rows(entries, project, run.settings, mapping, told)
                if unknown_labels(found.rows):
                    _end(under_way)
                    project = step.add_labels(project, [*batch.rows, *found.rows], mapping, tally, total)
                    found = check_rows(entries, project, run.settings, mapping, told)
            batch.add(found)
            if batch.read < step.pace.rows:
                continue
            _end(under_way)
            if turn is not None and turn.is_over():
                run.give_way(0)
                return
            turn = turn or Turn(run)  # it begins when the place is found: each turn gets further
            batch.count(tally)
            under_way = writer.submit(_write, step, project, batch, mapping, tally, total)
            batch = Batch()
        _end(under_way)
        if batch.read:
            batch.count(tally)
            _write(step, project, batch, mapping, tally, total)


def _write(
    step: "Writing | DryRun", project: Project, good: Batch, mapping: ImportMapping, tally: Tally, total: int
) -> None:
    started = time.monotonic()
    step.take(project, good, mapping, tally, total)
    time.sleep(step.pace.pause(time.monotonic() - started))


def _end(under_way: "Future[None] | None") -> None:
    if under_way is not None:
        under_way.result()


class Turn:
    """Of a long import, which goes on later where it was: a dry run would have to start over."""

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self.look_at = float("inf") if run.args.get("dry_run") else time.monotonic() + TURN_SECONDS

    def is_over(self) -> bool:
        """Whether other jobs wait for a process, after TURN_SECONDS."""
        now = time.monotonic()
        if now < self.look_at:
            return False
        self.look_at = now + LOOK_SECONDS
        return self.run.others_wait(LOOK_SECONDS)


class Writing:
    """Each batch becomes items and labels."""

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self.pace = Pace()
        self.kind = labels_as(run.db.read(kind_of_account, run.created_by or 0), "import")

    def close(self) -> None:
        """Nothing is open between two batches."""

    def add_labels(
        self, project: Project, rows: list[Numbered], mapping: ImportMapping, tally: Tally, total: int
    ) -> Project:
        """The project with the labels that these rows bring; `tally` says which."""
        run = self.run
        there = run.db.read(read_there, project, {row.key for _, row in rows}, run.id)
        names = unknown_labels(landing(rows, there, rules_of(mapping)))
        if not names:
            return project

        def step(tx: Connection) -> tuple[Project, Tally]:
            changed, after = add_labels(tx, project=project, names=names, user_id=run.created_by or 0), tally.copy()
            after.labels_added += [name for name in changed.label_names if name not in project.label_names]
            self._save(tx, after, total)
            return changed, after

        changed: Project
        changed, after = run.write(step)
        tally.become(after)
        return changed

    def take(self, project: Project, good: Batch, mapping: ImportMapping, tally: Tally, total: int) -> None:
        importer = Importer(self.run.created_by or 0, self.kind, rules_of(mapping), self.run.id)

        def step(tx: Connection) -> Tally:
            self.pace.look(tx)
            after = take(tx, project, good.rows, importer, tally)
            self._save(tx, after, total)
            return after

        tally.become(self.run.write(step))

    def _save(self, tx: Connection, tally: Tally, total: int) -> None:
        run, taken = self.run, f"{tally.taken:,}"
        message = counted("{n} row read, {taken} taken", "{n} rows read, {taken} taken", tally.rows, taken=taken)
        engine.save(tx, run.id, run.attempt, tally.dump(), done=tally.rows, total=total or None, message=message)


def _finish(tx: Connection, result: dict[str, Any]) -> dict[str, Any]:
    if result["taken"] and tx.dialect.name == "postgresql" and not result["dry_run"]:
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
