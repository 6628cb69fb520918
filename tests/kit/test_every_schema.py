"""From every schema that was ever released, with rows in every table: brought up to date, what the API reads is what
was there; and back again (G11)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from filling import do_everything, fill

from labeler.accounts.tokens import make_token
from labeler.client import Project
from labeler.kit.db import Database
from labeler.kit.schema import is_ours, migrate, revisions

EMPTIED = {"login_failures", "outbox"}
"""What goes back without its rows: they mean something else there, or nothing."""
CAME_WITH = {"/pick": "0003", "calibration_error/low": "0003", "calibration_error/high": "0003"}
CAME_WITH |= {"/test_cases": "0025", "/slices": "0025", "/report/training": "0003"}
CAME_WITH |= {
    "/share": "0029",
    "/cost": "0032",
    "/soundness": "0035",
    "/views/sureness": "0003",
    "/metrics/sureness": "0003",
}
"""Ends of paths: what is told of a label or a model and was not kept before a revision."""
COUNTED = {"project_counts"}
"""Counted again while the API is asked."""
Rows = dict[str, list[str]]


def rows_of(db: Database) -> Rows:
    """Every row of every table of the schema that is there now."""

    def read(tx: sa.Connection) -> Rows:
        there = sa.MetaData()
        there.reflect(
            tx, only=lambda name, _: is_ours(name, "table", None) and name not in COUNTED | {"alembic_version"}
        )
        return {
            table.name: sorted(
                json.dumps(dict(row), default=str, sort_keys=True) for row in tx.execute(sa.select(table)).mappings()
            )
            for table in there.sorted_tables
        }

    return db.read(read)


def told(service: Any, token: str, slugs: list[str]) -> dict[str, Any]:
    """By a service that starts on the database as it is now."""
    running = type(service)(service.settings)
    try:
        client = running.client(token)
        return read_by_api([client.projects.get(slug) for slug in slugs])
    finally:
        running.close()


def read_by_api(projects: list[Project]) -> dict[str, Any]:
    """What people and pipelines read: labels, histories, counts, answers, versions, models."""
    found: dict[str, Any] = {}
    for project in projects:
        keys = sorted(item.key for item in project.items)
        progress = project.progress()
        found[project.slug] = {
            "labels": [row.model_dump(mode="json") for row in project.labels],
            "histories": {key: _said(project, key) for key in keys},
            "answers": [row.model_dump(mode="json") for row in project.answers()],
            "flags": [flag.model_dump(mode="json") for flag in project.flags],
            "counts": [progress.items.model_dump(), progress.labels.model_dump()],
            "guidelines": [one.model_dump(mode="json") for one in project.guidelines],
            "datasets": [one.model_dump(mode="json") for one in project.datasets()],
            "models": [one.model_dump(mode="json") for one in project.models()],
        }
    return found


def _said(project: Project, key: str) -> list[dict[str, Any]]:
    """An item's history. What was decided is not in it: before Review there was nothing to keep it in."""
    return [one.model_dump(mode="json") for one in project.items.history(key) if one.kind != "decision"]


def differences(was: Any, now: Any, where: str) -> Iterator[str]:
    """Where two answers differ, as paths."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in was.keys() | now.keys():
            if name in was and name in now:
                yield from differences(was[name], now[name], f"{where}/{name}")
            else:
                yield f"{where}/{name}: {'lost' if name in was else 'added'}"
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from differences(one, other, f"{where}/{number}")
    elif was != now:
        yield f"{where}: {str(was)[:200]} became {str(now)[:200]}"


def _came_after(revision: str, difference: str) -> bool:
    path = difference.partition(":")[0]
    return any(path.endswith(end) and revision < came for end, came in CAME_WITH.items())


def up_from(service: Any, admin: Any, db: Database, since: list[str]) -> None:
    slugs = [project.slug for project in do_everything(service, admin)]
    token = db.write(make_token, admin.id, "reads", ["*"])[1]
    service.db.close()
    made_up = fill(db)
    assert not set(made_up) & {"labels", "flags", "skips", "guidelines", "dataset_versions", "jobs"}, made_up
    before = told(service, token, slugs)
    for revision in reversed(since):
        migrate(db, revision)
        old = rows_of(db)
        assert {name for name, rows in old.items() if not rows} <= EMPTIED, f"a table without a row in {revision}"
        migrate(db)
        after = told(service, token, slugs)
        lost = [one for one in differences(before, after, "") if not _came_after(revision, one)]
        assert lost == [], f"from {revision}"
        migrate(db, revision)
        assert rows_of(db) == old, f"down to {revision}, up and down again"
        migrate(db)


@pytest.mark.one_database
def test_what_was_recorded_under_older_schemas_is_read_as_it_was(service: Any, admin: Any, db: Database) -> None:
    up_from(service, admin, db, revisions()[:1])


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_what_was_recorded_under_every_schema_is_read_as_it_was(service: Any, admin: Any, db: Database) -> None:
    up_from(service, admin, db, revisions()[:-1])
