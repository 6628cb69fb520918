"""The documentation says what the code says."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from labeler.kit.config import Settings
from labeler.kit.errors import every_problem
from labeler.kit.events import Event

ROOT = Path(__file__).resolve().parents[1]


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def reference() -> Any:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["strategies", "models", "formats", "commands", "settings"])
def test_lists_are_what_the_code_says(name: str) -> None:
    written = {path: text for path, text in reference().pages().items() if path.stem == name}
    assert len(written) == 1
    for path, text in written.items():
        assert path.read_text("utf-8") == text, "run `make docs`"


def test_no_list_is_left_of_something_gone() -> None:
    assert set((ROOT / "docs" / "reference").glob("*")) <= set(reference().pages())


def test_no_documented_setting_is_gone() -> None:
    known = {f"LABELER_{name.upper()}" for name in Settings.model_fields} | {
        "LABELER_CONFIG",
        "LABELER_URL",
        "LABELER_TOKEN",
    }
    assert set(re.findall(r"`(LABELER_[A-Z_]+)`", doc("settings.md"))) <= known


def test_every_error_type_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", doc("errors.md"), re.M))
    assert documented == {problem.type for problem in every_problem()}


def test_every_event_is_documented() -> None:
    from labeler import rooms

    rooms.load_listeners()
    rooms.load_jobs()
    rooms.routers()
    names = {kind.name for kind in Event.__subclasses__() if kind.__module__.startswith("labeler.")}
    assert (
        set(re.findall(r"^\| `([a-z_]+\.?[a-z_]*)` \| ", doc("events.md").split("## The audit trail")[0], re.M))
        == names
    )


def test_every_audited_action_is_documented() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "labeler").rglob("*.py"))
    actions = set(re.findall(r'(?:audit\(\s*tx,\s*[\w.]+,\s*|audit,\s*[\w.]+,\s*|Audited\()"([a-z.]+)"', code))
    trail = doc("events.md").split("## The audit trail")[1]
    assert actions and actions <= set(re.findall(r"`([a-z.]+)`", trail))


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    entries = [
        *project["dependencies"],
        *(entry for extra in project["optional-dependencies"].values() for entry in extra),
    ]
    names = {re.split(r"[\[>=; ]", entry)[0].lower() for entry in entries}
    reasons = doc("dependencies.md").lower()
    assert [name for name in sorted(names) if name not in reasons] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / name).read_text(), re.M))
    assert named and named <= targets


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["../CONTRIBUTING.md", "architecture.md"])
def test_files_that_guide_a_reader_exist(name: str) -> None:
    named = re.findall(r"`((?:labeler|tests|ui|docs|migrations)/[\w/]+(?:\.\w+|/))`", doc(name))
    assert named and [path for path in named if not (ROOT / path).exists()] == []


def test_decisions_are_dated_and_listed() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = re.findall(r"\]\((0[\w-]+\.md)\)", doc("decisions/README.md"))
    assert records and listed == [record.name for record in records]
    for record in records:
        assert re.match(r"# .+\n\nNovember \d+, 2026\. ", record.read_text("utf-8")), record.name


def test_modules_point_to_decisions_that_exist() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "labeler").rglob("*.py"))
    named = set(re.findall(r"docs/decisions/(\S+?\.md)", code))
    assert named and [name for name in sorted(named) if not (ROOT / "docs" / "decisions" / name).exists()] == []


def test_every_test_that_proves_a_promise_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", doc("promises.md")))
    assert named and [name for name in sorted(named) if not (ROOT / name).exists()] == []
