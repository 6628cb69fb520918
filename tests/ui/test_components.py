"""The components' files join into one module, outside packages add theirs, and item text never becomes markup."""

import re
import types
from pathlib import Path

import pytest
from labeler_ui import layout
from labeler_ui.components import card, login


@pytest.fixture(params=[card.FILES, card.PREVIEW_FILES], ids=["card", "preview"])
def files(request) -> tuple[str, ...]:
    return request.param


def script(files: tuple[str, ...]) -> str:
    return card._sources.__wrapped__("card.html", files)["js"]


def test_each_component_is_one_module_with_one_entry(files) -> None:
    text = script(files)
    assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
    assert "export default function mount" in text
    assert not re.search(r"^import ", text, re.MULTILINE)


def test_every_script_of_the_card_is_in_a_bundle() -> None:
    assert {path.name for path in card.FOLDER.glob("*.js")} == {*card.FILES, *card.PREVIEW_FILES}
    names = {f"{path.parent.name}/{path.name}" for path in card.part_files(".js")}
    assert {"answers/multi_choice.js", "answers/rating.js", "contents/table.js", "contents/text.js"} <= names


def test_names_at_the_top_of_the_files_are_unique(files) -> None:
    text = "\n".join((card.FOLDER / name).read_text() for name in files)
    names = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", text, re.MULTILINE)
    assert len(names) == len(set(names))


class Point:
    """An entry point, as importlib.metadata has it."""

    def __init__(self, name, load) -> None:
        self.name, self.load = name, load


def test_an_outside_package_adds_an_answer_and_a_broken_one_is_left_out(tmp_path, monkeypatch, caplog) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "stars.js").write_text('answers.set("stars", class { draw() {} });\n')
    (tmp_path / "answers" / "stars.css").write_text(".stars { color: gold; }\n")
    module = types.SimpleNamespace(__file__=str(tmp_path / "__init__.py"))

    def broken():
        raise ImportError("no such module")

    points = [Point("stars", lambda: module), Point("broken", broken)]
    monkeypatch.setattr(card, "entry_points", lambda group: points if group == "labeler.card_files" else [])
    sources = card._sources.__wrapped__("card.html", card.FILES)
    assert 'answers.set("stars"' in sources["js"] and ".stars { color: gold; }" in sources["css"]
    assert sources["js"].index('answers.set("rating"') < sources["js"].index('answers.set("stars"')
    assert "broken are left out: ImportError: no such module" in caplog.text


def test_only_the_guideline_is_put_in_as_markup() -> None:
    lines = [
        line.strip()
        for folder in (card.FOLDER, login.FOLDER)
        for path in folder.rglob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|eval\(", line)
    ]
    assert len(lines) == 1
    assert lines[0] == "node.innerHTML = html;"  # of `rendered`: what the service made of Markdown


def test_scripts_are_short_enough_to_read() -> None:
    for path in card.FOLDER.rglob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 300, path.name


def test_tabs_are_kept_by_the_service() -> None:
    """Tabs that the browser alone keeps fall back to the first one where a page is drawn again in a slow moment."""
    ui = Path(layout.__file__).parent
    assert [path.name for path in ui.rglob("*.py") if "st.tabs(" in path.read_text(encoding="utf-8")] == ["layout.py"]
