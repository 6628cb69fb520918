"""The wheel carries everything: installed in an empty environment, it serves."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from labeler import DISTRIBUTION

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {
    "labeler": "labeler",
    "ui": "labeler_ui",
    "migrations": "labeler.migrations",
    "guidelines": "labeler.guideline_files",
}


def packages_in_the_tree() -> set[str]:
    found = set()
    for folder, package in FOLDERS.items():
        for path in (ROOT / folder).rglob("__init__.py"):
            parts = path.parent.relative_to(ROOT / folder).parts
            found.add(".".join((package, *parts)))
    return found


def test_every_package_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert packages_in_the_tree() == set(project["tool"]["setuptools"]["packages"])


def test_the_distribution_is_called_what_the_code_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == DISTRIBUTION and list(project["scripts"]) == ["labeler"]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    command = [str(Path(sys.executable).parent / "uv"), "build", "--wheel", "-q", "-o", str(folder), str(source)]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_ui_migrations_and_demo(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "labeler_ui/app.py",
        "labeler_ui/components/card/card.js",
        "labeler/migrations/env.py",
        "labeler/migrations/versions/0001_foundation.py",
        "labeler/migrations/versions/0002_model_searches.py",
        "labeler/demo/sms.csv",
        "labeler/guideline_files/sms-spam.md",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith("tests/")]
