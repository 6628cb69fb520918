"""Erasing a project: nothing of it is left but that it happened, and other projects do not notice."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.client.errors import ApiError
from labeler.kit.columns import metadata
from labeler.kit.db import Database


@pytest.fixture
def filled(service: Any, project: Project, tmp_path: Path) -> Project:
    """With labels, a dataset version in a remote, a model."""
    service.settings = service.settings.model_copy(update={"dvc_remote": str(tmp_path / "remote")})
    rows = [
        {"key": f"k{n}", "text": f"{['win a prize', 'see you soon'][n % 2]} {n}", "label": ["spam", "ham"][n % 2]}
        for n in range(60)
    ]
    project.items.add(rows)
    project.flag("k3", "Ambiguous")
    project.campaigns.start("Again", label="spam")
    service.run_jobs()
    assert project.models() and any((tmp_path / "remote" / str(project.info.id)).rglob("*"))
    return project


def rows_of(db: Database, project_id: int) -> dict[str, int]:
    """How many rows of each table belong to the project."""
    with db.engine.connect() as tx:
        counts = {
            name: tx.execute(
                sa.select(sa.func.count()).select_from(table).where(table.c.project_id == project_id)
            ).scalar_one()
            for name, table in metadata.tables.items()
            if "project_id" in table.c
        }
    return {name: count for name, count in counts.items() if count}


def test_nothing_is_left(service: Any, admin: Any, filled: Project, tmp_path: Path) -> None:
    other = admin.client.projects.create("Other", labels=["a", "b"])
    other.items.add([{"key": "k", "text": "stays", "label": "a"}])
    project_id = filled.info.id
    kept = {"items", "labels", "dataset_versions", "model_versions", "campaign_groups"}
    assert kept <= set(rows_of(service.db, project_id))
    filled.delete(erase=True)
    assert filled.slug not in [one.slug for one in admin.client.projects]
    service.run_jobs(kinds=("projects.erase",))
    assert set(rows_of(service.db, project_id)) <= {"audit_events"}
    home = service.settings.home
    left = [path for name in ("datasets", "models", "features", "dvc-state") for path in (home / name).glob("*")]
    assert [path for path in left if path.name.split(".")[0] == str(project_id)] == []
    assert not (tmp_path / "remote" / str(project_id)).exists()
    done = [entry["action"] for entry in admin.client.get("/audit")["items"] if entry["project_id"] == project_id]
    assert {"project.deleted", "project.erased"} <= set(done)
    assert [row.value for row in other.answers()] == ["a"]


def test_the_name_must_be_repeated(admin: Any, project: Project) -> None:
    with pytest.raises(ApiError, match="repeat the name"):
        admin.client.request("DELETE", project.path, params={"erase": "true", "name": "another"})
    assert project.slug in [one.slug for one in admin.client.projects]


def test_only_an_administrator_erases(service: Any, project: Project) -> None:
    manager = service.join(project, service.person("manager"))
    answer = manager.client._http.delete(project.path, params={"erase": "true", "name": project.info.name})
    assert answer.status_code == 403
