"""The documentation says what the code says."""

import re
from pathlib import Path

import pytest

from labeler.kit.config import Settings
from labeler.kit.errors import every_problem
from labeler.kit.events import Event

ROOT = Path(__file__).resolve().parents[1]


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert f"`LABELER_{name.upper()}`" in doc("settings.md") and description in doc("settings.md")


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
    names = {re.split(r"[\[>=; ]", entry)[0].lower() for entry in project["dependencies"]}
    reasons = doc("dependencies.md").lower()
    assert [name for name in sorted(names) if name not in reasons] == []


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`?make ([a-z]+)`?\n", (ROOT / "README.md").read_text())) <= targets


def test_pictures_and_pages_of_the_readme_exist() -> None:
    links = re.findall(r"\]\((docs/[^)#]+)\)", (ROOT / "README.md").read_text())
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_every_test_that_proves_a_promise_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", doc("promises.md")))
    assert named and [name for name in sorted(named) if not (ROOT / name).exists()] == []
