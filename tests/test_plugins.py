"""Registries: found by being there, from outside too; a broken plug-in is named and harms nobody (plugins.py)."""

import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from labeler import plugins
from labeler.plugins import Registry


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules can be imported, with three plug-ins: a good one, one that raises, one that is empty."""
    (tmp_path / "plug_good.py").write_text("import plug_home\nplug_home.things.add('good', 1)\n")
    (tmp_path / "plug_raises.py").write_text("import plug_home\nplug_home.things.add('half', 2)\n1 / 0\n")
    (tmp_path / "plug_empty.py").write_text("")
    (tmp_path / "plug_home.py").write_text(
        "from labeler.plugins import Registry\nthings = Registry('thing', 'things')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    points = [EntryPoint(name, f"plug_{name}", "labeler.things") for name in ("good", "raises", "empty")]
    monkeypatch.setattr(plugins, "entry_points", lambda group: EntryPoints(points if group == "labeler.things" else []))
    return tmp_path


def test_what_is_broken_is_named_and_the_rest_works(outside: Path) -> None:
    import plug_home  # type: ignore[import-not-found]

    things: Registry[int] = plug_home.things
    assert things.names() == ["good"] and things.find("good") == 1
    assert things.broken == {
        "raises": "can't be imported: ZeroDivisionError: division by zero",
        "empty": "registers no thing",
    }
    assert plugins.registries()["things"] is things
    with pytest.raises(plugins.UnknownPlugin, match='no thing "half", there are: good'):
        things.find("half")
    sys.modules.pop("plug_home")


def test_a_name_is_one_thing() -> None:
    things: Registry[int] = Registry("thing", "one-name")
    things.add("a", 1)
    things.add("a", 1)
    with pytest.raises(ValueError, match="is there already"):
        things.add("a", 2)
