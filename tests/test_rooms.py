"""Rooms are found by being there: nobody keeps a list of them (rooms.py)."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from labeler import rooms
from labeler.kit.jobs import registry

ROOT = Path(__file__).resolve().parents[1]


def test_every_file_of_routes_is_served_and_labelers_come_first() -> None:
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("labeler/*/routes.py")}
    assert named <= set(rooms.modules("router"))
    assert [router.tags for router in rooms.routers()[:2]] == [["queue"], ["labels"]]


def test_every_file_of_jobs_is_loaded_by_job_processes() -> None:
    files = [*ROOT.glob("labeler/*/jobs.py"), *ROOT.glob("labeler/*/jobs/[a-z]*.py")]
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    named -= {"labeler.api.jobs", "labeler.wire.jobs"} | {name for name in named if name.startswith("labeler.kit.")}
    assert named and named <= {*rooms.first_job_modules(), *rooms.other_job_modules()}


@pytest.mark.parametrize("kind", ["router", "listener", "job", "registry"])
def test_what_is_found_can_be_imported(kind: str) -> None:
    assert rooms.modules(kind)
    for name in rooms.modules(kind):
        importlib.import_module(name)
    if kind == "job":
        assert {"items.import", "datasets.snapshot", "training.train"} <= set(registry._jobs)


def test_listeners_are_light() -> None:
    heavy = {"sklearn", "scipy", "pyarrow", "dvc", "pandas"}
    code = f"from labeler import rooms; rooms.load_listeners(); import sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_no_test_takes_from_the_one_of_many_files_that_is_called_conftest() -> None:
    """Which of them `conftest` is depends on what was collected first."""
    files = [path for path in ROOT.glob("tests/**/*.py") if path.name != "test_rooms.py"]
    assert [str(path) for path in files if "from conftest import" in path.read_text(encoding="utf-8")] == []
