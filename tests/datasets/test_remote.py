"""A DVC remote: versions are pushed to it, and an unreachable one costs nothing but the push (G22)."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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


def test_an_unreachable_remote_is_told_and_the_version_is_kept(
    remote: Path, service: Any, project: Any, add_texts: Callable[..., Any]
) -> None:
    remote.write_text("a file where the remote's folder should be")
    add_texts(5)
    project.snapshot("first")
    push = next(row for row in service.run_jobs(kinds=JOBS) if row.kind == "datasets.push")
    assert push.state == "failed" and "can't be reached" in push.error
    assert [entry.pushed for entry in project.datasets()] == [False]
