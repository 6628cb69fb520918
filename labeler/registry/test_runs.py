"""What models came to on test cases: kept with the model as it was then, and how that stands to those there are now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import NotFound
from labeler.learning.evaluation.test_cases import needed, stands
from labeler.projects.access import Project
from labeler.registry.tables import model_test_runs as runs
from labeler.test_cases.service import find_cases
from labeler.wire.test_cases import CaseItemRun, CaseRun, CaseRunDetail

KEPT = ("test_case_id", "revision", "name", "must_pass", "min_share", "counts", "entries")


def record_runs(tx: Connection, project_id: int, model_id: int, found: Iterable[Mapping[str, Any]]) -> None:
    """Keep what a model came to; a test case that it was run on before has the newer run. found: `KEPT` of each."""
    for one in found:
        row = {name: one[name] for name in KEPT}
        insert = upsert(tx, runs).values(project_id=project_id, model_id=model_id, created_at=clock(), **row)
        values = {**row, "created_at": clock()}
        tx.execute(insert.on_conflict_do_update(index_elements=["model_id", "test_case_id"], set_=values))


def runs_of(tx: Connection, project: Project, model_ids: Sequence[int]) -> dict[int, list[CaseRun]]:
    """By model: how it stands to every test case there is, those that fail first; then what came of removed ones."""
    columns = [one for one in runs.c if one.name != "entries"]
    there = find_cases(tx, project.id)
    known: dict[int, dict[int, Any]] = {model_id: {} for model_id in model_ids}
    for row in tx.execute(sa.select(*columns).where(runs.c.model_id.in_(model_ids))):
        known[row.model_id][row.test_case_id] = row
    return {model_id: _standing(there, found) for model_id, found in known.items()}


def get_run(tx: Connection, project: Project, model_id: int, case_id: int) -> CaseRunDetail:
    """One, with what the model said of each item. Raises `NotFound`."""
    about = next((one for one in runs_of(tx, project, [model_id])[model_id] if one.test_case_id == case_id), None)
    if about is None:
        raise NotFound("There is no such test case in this project.")
    statement = sa.select(runs.c.entries).where(runs.c.model_id == model_id, runs.c.test_case_id == case_id)
    told = tx.execute(statement).scalar_one_or_none() or []
    return CaseRunDetail(**about.model_dump(), entries=[CaseItemRun(**one) for one in told])


def outdated_cases(tx: Connection, project_id: int, model_id: int) -> set[int]:
    """Test cases that this model was not run on as they are now."""
    statement = sa.select(runs.c.test_case_id, runs.c.revision).where(runs.c.model_id == model_id)
    run = {(row.test_case_id, row.revision) for row in tx.execute(statement)}
    return {row.id for row in find_cases(tx, project_id) if (row.id, row.revision) not in run}


def unmet(one: CaseRun) -> bool:
    """Whether it keeps a model from going live."""
    return one.must_pass and not one.removed and one.state != "passes"


def in_words(one: CaseRun) -> str:
    """For example: test case "Refunds": 3 of 4 right, all must be."""
    name = f'test case "{one.name}"'
    if one.why == "not_run":
        return f"{name} has not been run on this model"
    if one.why == "outdated":
        return f"{name} was changed since it was run on this model"
    if one.why == "empty":
        return f"{name} has no items"
    least = needed(one.items, one.min_share)
    wanted = "all must be" if least == one.items else f"at least {least} must be"
    without = [f"{n} {told}" for n, told in _without(one) if n]
    more = f" ({', '.join(without)})" if without else ""
    return f"{name}: {one.right} of {one.items} right{more}, {wanted}"


def _without(one: CaseRun) -> list[tuple[int, str]]:
    """How many items have no outcome, and why."""
    return [
        (one.learned, "trained on before they were in it"),
        (one.unseen, "newer than the model"),
        (one.gone, "removed from the project"),
        (one.changed, "with an expected answer that the label schema has no more"),
    ]


def _standing(there: Sequence[Any], found: Mapping[int, Any]) -> list[CaseRun]:
    now = [_of_case(case, found.get(case.id)) for case in there]
    now.sort(key=lambda one: (("fails", "unknown", "passes").index(one.state), not one.must_pass))
    ids = {case.id for case in there}
    gone = sorted((row for row in found.values() if row.test_case_id not in ids), key=lambda row: str(row.name))
    return now + [_of_run(row, row, removed=True) for row in gone]


def _of_case(case: Any, run: Any) -> CaseRun:
    """How a model stands to a test case: by its bound of now, which changes nothing of what the model said."""
    if run is None:
        return _unknown(case, "not_run", None)
    if run.revision != case.revision:
        return _unknown(case, "outdated", run)
    return _of_run(case, run)


def _unknown(case: Any, why: str, run: Any) -> CaseRun:
    counts = {} if run is None else run.counts
    return _run(case, case.id, run, counts, "unknown", why, removed=False)


def _of_run(bound: Any, run: Any, *, removed: bool = False) -> CaseRun:
    counts = run.counts
    total = sum(counts.values())
    state = stands(counts.get("right", 0), counts.get("wrong", 0), total, bound.min_share)
    why = None if state != "unknown" else "undecided" if total else "empty"
    return _run(bound, run.test_case_id, run, counts, state, why, removed=removed)


def _run(
    bound: Any, case_id: int, run: Any, counts: Mapping[str, int], state: Any, why: Any, *, removed: bool
) -> CaseRun:
    outcomes: dict[str, int] = {"right": 0, "wrong": 0, **counts}
    return CaseRun(
        test_case_id=case_id,
        name=bound.name,
        must_pass=bound.must_pass,
        min_share=bound.min_share,
        state=state,
        why=why,
        items=sum(outcomes.values()),
        run_at=None if run is None else run.created_at,
        removed=removed,
        **outcomes,
    )
