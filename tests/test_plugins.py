"""Registries: found by being there, from outside too; a broken plug-in is named and harms nobody (plugins.py)."""

import sys
import threading
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


def test_threads_that_ask_at_once_all_get_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_package").mkdir()
    (tmp_path / "slow_package" / "__init__.py").write_text("")
    for number in range(20):
        registers = f"import plug_slow\nplug_slow.things.add('t{number}', {number})\n"
        (tmp_path / "slow_package" / f"m{number}.py").write_text(registers)
    (tmp_path / "plug_slow.py").write_text(
        "from labeler.plugins import Registry\nthings = Registry('thing', 'slow', 'slow_package')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import plug_slow  # type: ignore[import-not-found]

    start, found = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        found.append(len(plug_slow.things.names()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [20] * 8
    sys.modules.pop("plug_slow")


def test_one_module_may_add_to_several_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both: list[Registry[int]] = [Registry("cat", "cats"), Registry("dog", "dogs")]
    monkeypatch.setattr(plugins, "both", both, raising=False)
    (tmp_path / "plug_both.py").write_text(
        "from labeler import plugins\nfor number, one in enumerate(plugins.both):\n    one.add('x', number)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    points = {f"labeler.{group}": EntryPoint("both", "plug_both", f"labeler.{group}") for group in ("cats", "dogs")}
    monkeypatch.setattr(plugins, "entry_points", lambda group: EntryPoints([points[group]]))
    assert [one.names() for one in both] == [["x"], ["x"]] and [one.broken for one in both] == [{}, {}]
    sys.modules.pop("plug_both")
