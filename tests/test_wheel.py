"""The wheel carries everything: installed in an empty environment, it serves."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from labeler import DISTRIBUTION
from labeler.kit.config import Settings
from labeler.local import local_client

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


def test_the_client_needs_nothing_more_and_the_service_is_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    names = {re.split(r"[\[>=; ]", entry)[0] for entry in project["dependencies"]}
    assert names == {"httpx", "pydantic"} and extras["client"] == project["dependencies"]
    assert {"fastapi", "sqlalchemy", "streamlit"} <= {entry.split(">=")[0] for entry in extras["service"]}


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


def needed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """A distribution of this environment and all that it needs, by name."""
    if name not in found:
        found[name] = distribution(name)
        for written in found[name].requires or []:
            wanted = Requirement(written)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                needed(wanted.name, found)
    return found


@pytest.fixture(scope="session")
def light(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel, httpx, pydantic and what these two need."""
    folder = tmp_path_factory.mktemp("light")
    venv.create(folder)
    packages = next(folder.glob("lib/python*/site-packages"))
    for one in {**needed("httpx", {}), **needed("pydantic", {})}.values():
        for file in one.files or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), packages / file)
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "-q", "--offline", "--no-deps"]
    subprocess.run([*uv, "--python", str(folder / "bin" / "python"), str(wheel)], check=True)
    return folder / "bin" / "python"


PIPELINE = """
import sys
from labeler.client import ApiError, Client

with Client(sys.argv[1], token=sys.argv[2]) as c:
    p = c.projects.create("sms", task_type="choice", labels=["spam", "ham"])
    assert p.items.add([{"key": f"m{n}", "text": f"text {n}"} for n in range(4001)]).taken == 4001
    for item in p.queue.next(5):
        p.label(item, "ham")
    assert [row.value for row in p.labels] == ["ham"] * 5 and p.progress().labels.total == 5
    assert p.export("all.jsonl").read_text().count("\\n") == 4001
    try:
        p.label("m1", "spma")
    except ApiError as refused:
        assert refused.status == 422
    assert not {"fastapi", "numpy", "pandas", "rich", "sqlalchemy"} & set(sys.modules)
"""


def outside(folder: Path) -> dict[str, str]:
    """The environment of a process that sees none of this one's packages."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def test_a_pipeline_needs_the_client_alone(light: Path, tmp_path: Path) -> None:
    with local_client(Settings(home=tmp_path / "home", log_level="ERROR"), with_worker=False) as client:
        token = client.tokens.create("pipeline", ["*"]).token
        command = [str(light), "-c", PIPELINE, client.url, token]
        done = subprocess.run(command, cwd=tmp_path, env=outside(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_task_types_and_contents_are_found_by_the_client_alone(light: Path, tmp_path: Path) -> None:
    code = "from labeler import contents, tasks; print(*tasks.task_types(), *contents.registry.names())"
    done = subprocess.run([str(light), "-c", code], cwd=tmp_path, env=outside(tmp_path), capture_output=True, text=True)
    assert done.stdout.split() == ["choice", "multi_choice", "rating", "table", "text"], done.stderr


def test_the_command_says_what_to_install_where_the_client_is_alone(light: Path, tmp_path: Path) -> None:
    command = [str(light.parent / "labeler"), "serve"]
    done = subprocess.run(command, cwd=tmp_path, env=outside(tmp_path), capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    [line] = done.stderr.splitlines()
    assert f'pip install "{DISTRIBUTION}[service]"' in line
