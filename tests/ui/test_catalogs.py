"""Every word of the pages is in a catalog, and every catalog of a language is complete."""

import ast
import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from labeler_ui import words
from labeler_ui.components import bundle, card

ROOT = Path(__file__).parents[2]
OTHERS = sorted(tag for tag in words.languages() if tag != words.ENGLISH)
HOLE = re.compile(r"\{\w*\}")
# What a page shows, by the function's name: its words are arguments without a name, and these.
SHOWN = {
    "badge", "button", "caption", "checkbox", "date_input", "error", "expander", "form_submit_button", "header",
    "heading", "info", "link_button", "markdown", "metric", "multiselect", "number_input", "popover", "radio",
    "say_later", "segmented_control", "selectbox", "select_slider", "slider", "spinner", "subheader", "success",
    "text_area",
    "text_input", "title", "toast", "toggle", "warning", "download_button", "file_uploader", "empty", "TextColumn",
    "NumberColumn", "Column", "SelectboxColumn", "tabs", "open_page", "confirm",
}  # fmt: skip
NAMED = {"label", "help", "placeholder", "text", "title", "body"}
MARKUP = re.compile(r":[a-z-]+\[|:material/\w*:|[*\[\]`]|\{\w*\}")


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("words_of_the_catalogs", ROOT / "docs" / "words.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def german(monkeypatch):
    monkeypatch.setattr(words, "language", lambda: "de")


def messages(tag: str, name: str):
    with (words.FOLDER / tag / f"{name}.po").open("rb") as file:
        return [message for message in read_po(file, locale=tag) if message.id]


@pytest.mark.parametrize("name", ["ui", "service"])
def test_the_catalogs_are_up_to_date_with_the_code(maker, name) -> None:
    template = maker.of_pages() if name == "ui" else maker.of_service()
    assert (words.FOLDER / f"{name}.pot").read_bytes() == maker.written(template), "run `make words`"
    for tag in OTHERS:
        path = words.FOLDER / tag / f"{name}.po"
        assert path.read_bytes() == maker.written(maker.updated(template, path, tag)), "run `make words`"


@pytest.mark.parametrize("name", ["ui", "service"])
@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_is_complete_and_fills_the_same_holes(tag, name) -> None:
    for message in messages(tag, name):
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(translated), message.id
        holes = set(HOLE.findall(sources[-1]))
        for text in translated:
            assert set(HOLE.findall(text)) | {"{n}"} == holes | {"{n}"}, message.id
            assert text[:1].isspace() == sources[-1][:1].isspace(), message.id
            assert text.count("**") == sources[-1].count("**"), message.id


def unwrapped(tree: ast.Module):
    """Words that are given to what shows them without going through a catalog."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in SHOWN or getattr(getattr(call.func, "value", None), "id", "") == "log":
            continue
        given = [*call.args, *(word.value for word in call.keywords if word.arg in NAMED)]
        for node in (part for one in given for part in parts_of(one)):
            text = (
                node.value
                if isinstance(node, ast.Constant)
                else "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            )
            if (
                isinstance(text, str)
                and re.search(r"[A-Za-z]{2}", MARKUP.sub("", text))
                and (" " in text or text[0].isupper())
            ):
                yield call.lineno, text


def parts_of(node: ast.AST):
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from parts_of(node.body)
        yield from parts_of(node.orelse)
    elif isinstance(node, ast.BinOp | ast.List | ast.Tuple):
        for child in ast.iter_child_nodes(node):
            yield from parts_of(child)


NO_WORDS = {"JSON", "Labeler", "name@example.org"}


def test_no_page_shows_words_past_the_catalogs() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), line, text)
        for path in sorted((ROOT / "ui").rglob("*.py"))
        for line, text in unwrapped(ast.parse(path.read_text(encoding="utf-8")))
        if text not in NO_WORDS
    ]
    assert not found


def test_words_are_filled_and_counted_as_the_language_does(german) -> None:
    assert words.t("Saved.") == "Gespeichert."
    assert words.t("of {total}", total="{x} 5") == "von {x} 5"
    assert words.t("No such words at all") == "No such words at all"
    assert words.tn("{n} label", "{n} labels", 1) == "1 Label"
    assert words.tn("{n} label", "{n} labels", 12345) == "12.345 Labels"
    assert words.tc("verb", "Label") == "Labeln" and words.t("Label") == "Label"
    assert words.percent(0.873) == "87\xa0%" and words.percent(0.8734, 1) == "87,3\xa0%"


def test_the_services_words_are_translated_with_what_they_name(german) -> None:
    assert words.said("There is no model 7 in this project.") == "In diesem Projekt gibt es kein Modell 7."
    several = "Model 3 can't be loaded: no time zone. The password is too long."
    assert words.said(several) == "Modell 3 lässt sich nicht laden: keine Zeitzone. Das Passwort ist zu lang."
    assert words.said("training on 12,345 labels") == "auf 12.345 Labels trainieren"
    told = words.said("the last 20% of the labels changed little (kappa 0.92, settled is 0.94)")
    assert "20\xa0%" in told and "0,92" in told and "0.94" not in told
    assert "„2.5“" in words.said('option "2.5": this format has no options'), "what somebody wrote stays as it is"
    assert words.said("words, sentence embeddings, neighbors") == "Wörter, Satzvektoren, Nachbarn"
    assert words.said("What nobody wrote down") == "What nobody wrote down"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("de-AT", "de"), ("de", "de"), ("fr-FR,de;q=0.8,en;q=0.5", "de"), ("en-US,de", "en"), ("xx", "en"), (None, "en")],
)
def test_the_browsers_language_is_taken_where_there_is_one(wanted, found) -> None:
    assert words.best(wanted) == found


RUN = """
import { t, tc, tn, said, counted, percent } from "./words.mjs";
console.log(JSON.stringify([t("All saved"), tn("{n} label", "{n} labels", 1), tn("{n} label", "{n} labels", 2345),
  tc("keyboard", "Key"), said("There is no model 7 in this project."), counted(12345), percent(0.87),
  t("Not there {x}", { x: 1 })]));
"""


def test_the_browsers_side_says_the_same(tmp_path) -> None:
    source = words.script("de", service=True) + bundle.WORDS.read_text(encoding="utf-8")
    (tmp_path / "words.mjs").write_text(source, encoding="utf-8")
    (tmp_path / "run.mjs").write_text(RUN, encoding="utf-8")
    out = subprocess.run(["node", tmp_path / "run.mjs"], capture_output=True, text=True, check=True).stdout
    assert json.loads(out) == [
        "Alles gespeichert", "1 Label", "2.345 Labels", "Taste", "In diesem Projekt gibt es kein Modell 7.",
        "12.345", "87\xa0%", "Not there 1",
    ]  # fmt: skip


def test_a_components_words_are_in_its_html() -> None:
    html = card._sources.__wrapped__("card.html", card.FILES, tag="de")["html"]
    assert "{{" not in html and "Alles gespeichert" in html
    assert "All saved" in card._sources.__wrapped__("card.html", card.FILES)["html"]


def test_no_words_hide_inside_an_f_string() -> None:
    """Catalogs are made by reading calls; those inside of an f-string are part of a string."""
    found = [
        (path.relative_to(ROOT).as_posix(), call.lineno)
        for path in sorted((ROOT / "ui").rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {"t", "tc", "tn", "mark"}
        and any(isinstance(given, ast.Constant) for given in call.args)
    ]
    assert not found
