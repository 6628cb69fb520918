"""A full disk: reads go on, writes say so, nothing is corrupted, and all goes on when there is space again (G22)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labeler.client import ApiError
from labeler.kit.config import Settings


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], capture_output=True)
    if done.returncode != 0:
        pytest.fail(f"this test needs to mount a small file system: {done.stderr.decode()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the space there is."""
    path = folder / "ballast"
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
                    file.flush()
            except OSError:
                continue
    return path


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_is_told_and_survived(small_disk: Path, sqlite_template: Path, start_service: Any) -> None:
    shutil.copyfile(sqlite_template, small_disk / "labeler.db")
    service = start_service(Settings(home=small_disk, log_level="CRITICAL"))
    admin = service.person("admin")
    project = admin.client.projects.create("disk", labels=["spam", "ham"])
    project.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(200)], progress=False)
    kept = [project.label(f"m{n}", "ham").label.id for n in range(20)]
    ballast = fill(small_disk)
    refused = []
    for number in range(20, 60):
        try:
            kept.append(project.label(f"m{number}", "spam").label.id)
        except ApiError as error:
            refused.append(error)
    assert refused and {error.status for error in refused} <= {503, 507}
    assert any("disk is full" in error.detail for error in refused)
    assert project.progress().labels.total == len(kept)
    ballast.unlink()
    assert project.label("m100", "ham").label.id
    recorded = {row.id for row in project.labels}
    assert set(kept) <= recorded and len(recorded) == len(kept) + 1
    with service.db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
