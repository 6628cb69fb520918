"""Background work on dataset versions: making them, and pushing them to the remote."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.remotes import KIND, has_remote, want_push
from labeler.datasets.repository import Repository
from labeler.datasets.snapshot import Prepared, prepare, record
from labeler.datasets.tables import dataset_versions
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.projects.access import Project, find_project


@job("datasets.snapshot")
def snapshot(run: JobRun) -> Any:
    project = run.db.read(find_project, run.project_id or 0)
    repository = Repository(run.settings, project.id)
    with repository.writing():
        prepared = prepare(run, repository, project, run.args["message"], reuse=False)

        def finish(tx: Connection) -> dict[str, Any]:
            made = record(tx, repository, prepared)
            if has_remote(run.settings):
                want_push(tx, project.id)
            return {"version": made.version, "tag": made.tag, "counts": made.counts}

        return run.finish(finish)


def ensure_version(run: JobRun, project: Project, message: str) -> Any:
    """The row of a version that holds the present state: the newest one if nothing changed, else a new one."""
    repository = Repository(run.settings, project.id)
    with repository.writing():
        prepared = prepare(run, repository, project, message, reuse=True)
        if not isinstance(prepared, Prepared):
            return prepared

        def store(tx: Connection) -> Any:
            made = record(tx, repository, prepared)
            if has_remote(run.settings):
                want_push(tx, project.id)
            return made

        return run.write(store)


@job(KIND)
def push(run: JobRun) -> dict[str, Any]:
    """Send all versions that the remotes do not have yet, and the tags of models to the git remote."""
    project_id = run.project_id or 0
    waiting = sa.select(dataset_versions.c.id, dataset_versions.c.tag).where(
        dataset_versions.c.project_id == project_id, dataset_versions.c.pushed.is_(False)
    )
    rows = run.db.read(lambda tx: tx.execute(waiting).all())
    repository, remote = Repository(run.settings, project_id), "DVC"
    try:
        if run.settings.dvc_remote and rows:
            run.progress(0, len(rows), "copying to the DVC remote")
            repository.push([row.tag for row in rows])
        if run.settings.git_remote:  # last: what it names can be fetched
            remote = "git"
            run.progress(0, len(rows), "copying to the git remote")
            repository.push_git()
    except Exception as error:  # whatever the storage's client raises: the versions stay, unpushed
        reason = str(error).replace(repository.git_url, repository.address)
        said = f"The {remote} remote can't be reached: {reason}. The versions are kept here, and it is tried again."
        raise JobRefused(said) from error
    ids = [row.id for row in rows]
    done = sa.update(dataset_versions).where(dataset_versions.c.id.in_(ids)).values(pushed=True)
    run.finish(lambda tx: {"pushed": [row.tag for row in rows], "rows": tx.execute(done).rowcount})
    return {"pushed": [row.tag for row in rows]}
