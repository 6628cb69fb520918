"""A DVC remote: versions are pushed to it, and an unreachable one costs nothing but the push (G22)."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from labeler.datasets import remotes
from labeler.datasets.repository import Repository
from labeler.datasets.verify import verify_folder
from labeler.kit.config import Settings

JOBS = ("datasets.snapshot", "datasets.push")


@pytest.fixture
def remote(settings: Settings, tmp_path: Path) -> Path:
    """The service's settings name a folder as remote."""
    folder = tmp_path / "remote"
    settings.dvc_remote = str(folder)
    return folder


def test_versions_are_pushed_and_come_back_from_the_remote(
    remote: Path, service: Any, project: Any, add_texts: Callable[..., Any], tmp_path: Path
) -> None:
    add_texts(20)
    project.snapshot("first")
    service.run_jobs(kinds=JOBS)
    made = project.datasets()[0]
    assert made.pushed and list(remote.rglob("*.dir"))
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", made.repository, str(clone)], check=True)
    dvc = str(Path(sys.executable).with_name("dvc"))
    subprocess.run([dvc, "pull", "-q"], cwd=clone, check=True, capture_output=True)
    assert "20" in (clone / "data" / "README.md").read_text()
    assert verify_folder(clone).faults == []


def test_an_unreachable_remote_is_told_and_the_version_is_kept(
    remote: Path, service: Any, project: Any, add_texts: Callable[..., Any]
) -> None:
    remote.write_text("a file where the remote's folder should be")
    add_texts(5)
    project.snapshot("first")
    push = next(row for row in service.run_jobs(kinds=JOBS) if row.kind == "datasets.push")
    assert push.state == "failed" and "can't be reached" in push.error
    assert [entry.pushed for entry in project.datasets()] == [False]


@pytest.mark.one_database
def test_plain_dvc_gets_a_version_from_the_git_remote(
    remote: Path, service: Any, project: Any, add_texts: Callable[..., Any], tmp_path: Path
) -> None:
    service.settings.git_remote = str(tmp_path / "git")
    add_texts(20)
    for message in ("first", "second"):
        project.snapshot(message)
        service.run_jobs(kinds=JOBS)
        project.items.add([{"key": message, "text": f"a text of the {message}"}])
    [second, first] = project.datasets()
    assert first.pushed and second.pushed and first.repository == str(tmp_path / "git" / f"{project.info.id}.git")
    out = tmp_path / "elsewhere"
    dvc = str(Path(sys.executable).with_name("dvc"))
    subprocess.run(
        [dvc, "get", "-q", first.repository, "data", "--rev", "v2", "-o", str(out)], check=True, cwd=tmp_path
    )
    assert json.loads((out / "manifest.json").read_text())["tag"] == "v2"
    keys = [key for path in sorted(out.glob("items/*.parquet")) for key in pq.read_table(path)["key"].to_pylist()]
    assert len(keys) == 21 and "first" in keys


@pytest.mark.one_database
def test_a_push_that_failed_is_tried_until_it_is_through(
    remote: Path, service: Any, project: Any, add_texts: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remotes, "AGAIN_SECONDS", 0)
    remote.write_text("a file where the remote's folder should be")
    add_texts(5)
    project.snapshot("first")
    service.run_jobs(kinds=JOBS)
    assert [entry.pushed for entry in project.datasets()] == [False]
    remote.unlink()
    service.db.write(remotes.want_failed_pushes)
    service.run_jobs(kinds=JOBS)
    assert [entry.pushed for entry in project.datasets()] == [True]
    service.db.write(remotes.want_failed_pushes)
    assert service.run_jobs(kinds=JOBS) == []


def test_an_unreachable_git_remote_is_told(
    service: Any, project: Any, add_texts: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "git").write_text("a file where a folder should be")
    service.settings.git_remote = str(tmp_path / "git")
    add_texts(5)
    project.snapshot("first")
    push = next(row for row in service.run_jobs(kinds=JOBS) if row.kind == "datasets.push")
    assert push.state == "failed" and "The git remote can't be reached" in push.error


def test_a_password_in_the_address_is_nobodys_to_see(settings: Settings) -> None:
    settings.git_remote = "https://bot:secret@git.example.org/data"
    assert Repository(settings, 7).address == "https://git.example.org/data/7.git"
