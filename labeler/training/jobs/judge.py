"""Running the test cases of now on a model that was trained before, by what it said of its pool."""

from typing import Any

from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.projects.access import Project, find_project
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.service import find_model, live_model, newest_model
from labeler.registry.test_runs import outdated_cases, record_runs
from labeler.test_cases.service import to_run
from labeler.training.checks import Pool, run_cases
from labeler.training.pool.data import data_of


@job("training.judge")
def judge(run: JobRun) -> Any:
    """One model, or the live and the newest one; only what is outdated is run. Result: the models, and how many test
    cases were run."""
    project = run.db.read(find_project, run.project_id or 0)
    number = run.args.get("number")
    rows = [run.db.read(find_model, project.id, number)] if number is not None else run.db.read(_models, project.id)
    found = {}
    for row in rows:
        known = _check(run, project, row)
        if known is None and number is not None:
            raise JobRefused(f"What model {number} said of the items was pruned. Reproduce it first.")
        if known:
            found[row.id] = known

    def keep(tx: Connection) -> dict[str, Any]:
        for model_id, known in found.items():
            record_runs(tx, project.id, model_id, known)
        return {"models": [row.number for row in rows], "run": sum(map(len, found.values()))}

    return run.finish(keep)


def _models(tx: Connection, project_id: int) -> list[Any]:
    rows = [live_model(tx, project_id), newest_model(tx, project_id)]
    return list({row.id: row for row in rows if row is not None}.values())


def _check(run: JobRun, project: Project, row: Any) -> list[dict[str, Any]] | None:
    """What a model comes to on the test cases that it was not run on as they are now; None without its files."""
    wanted = run.db.read(outdated_cases, project.id, row.id)
    if not wanted:
        return []
    kept = load_predictions(folder_of(run.settings, project.id, row.number))
    if kept is None:
        return None
    version = Version(run.settings, project.id, run.db.read(find_version, project.id, row.version))
    data = data_of(run.settings, project.id, version, row.config.get("withheld", ()))
    pool = Pool(kept.items, kept.proba, data.items[data.labeled(holdout=False)[0]])
    cases = [(case, expected) for case, expected in run.db.read(to_run, project) if case.id in wanted]
    return run_cases(project, pool, row.config, cases)
