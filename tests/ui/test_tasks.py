"""What the pages show for each task type: values in words, schemas, predictions."""

import inspect
import re
from pathlib import Path

import labeler_ui
import pytest
from labeler_ui import question, tasks
from labeler_ui.components import card
from labeler_ui.tasks import base, choice, multi_choice, rating
from streamlit.testing.v1 import AppTest

from labeler.wire.labels import ItemLabel
from labeler.wire.projects import ProjectOut

LABELS = {"type": "multi_choice", "labels": [{"name": "toxic"}, {"name": "threat"}]}
STARS = {"type": "rating", "scale": {"min": 1, "max": 5, "step": 1, "names": {"1": "bad", "5": "good"}}}


def test_each_task_type_has_its_pages_and_its_answer_on_the_card() -> None:
    names = set(tasks.registered())
    assert {"choice", "multi_choice", "rating"} <= names
    assert {path.stem for path in card.part_files(".js") if path.parent.name == "answers"} == names


def test_each_task_type_has_every_function() -> None:
    wanted = {name for name, _ in inspect.getmembers(base.TaskPages, inspect.isfunction) if not name.startswith("_")}
    for name, pages in {**tasks.registered(), "unknown": base.Unknown("unknown")}.items():
        assert wanted <= set(dir(pages)), name
        for function in wanted:
            expected = [one for one in inspect.signature(getattr(base.TaskPages, function)).parameters if one != "self"]
            assert list(inspect.signature(getattr(pages, function)).parameters) == expected, (name, function)


def test_no_page_names_a_task_type() -> None:
    folder = Path(labeler_ui.__file__).parent
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.suffix in {".py", ".js"} and "tasks" not in parts and "answers" not in parts:
            assert not re.search(r"[\"'](choice|multi_choice|rating)[\"']", path.read_text()), path


@pytest.mark.parametrize(
    ("pages", "schema", "value", "words"),
    [
        (choice, {"labels": [{"name": "spam"}]}, "spam", "spam"),
        (multi_choice, LABELS, ["toxic", "threat"], "toxic, threat"),
        (multi_choice, LABELS, [], "none of the labels"),
        (rating, STARS, 5, "5 (good)"),
        (rating, STARS, 4.0, "4"),
        (rating, {"scale": {"min": 1, "max": 5, "step": 0.5}}, 4.5, "4.5"),
        (base.Unknown("spans"), {}, [{"start": 0, "end": 5}], '[{"start": 0, "end": 5}]'),
    ],
)
def test_a_value_is_read_in_words(pages, schema, value, words) -> None:
    assert pages.value_text(value, schema) == words


def test_an_answer_that_was_taken_back_says_so() -> None:
    project = ProjectOut.model_construct(task_type="rating", schema_=STARS)
    assert tasks.value_text(project, None) == "taken back"
    assert tasks.labels_text(project, [ItemLabel.model_construct(value=value) for value in (1, 3)]) == "1 (bad); 3"


@pytest.mark.parametrize(
    ("pages", "schema", "prediction", "words"),
    [
        (choice, {}, {"value": "spam", "proba": {"spam": 0.93, "ham": 0.07}}, "**spam**, 93% sure"),
        (multi_choice, LABELS, {"value": ["toxic"], "proba": {"toxic": 0.8, "threat": 0.1}}, "**toxic** (80%)"),
        (
            multi_choice,
            LABELS,
            {"value": [], "proba": {"toxic": 0.2, "threat": 0.1}},
            "**none of the labels**; most likely toxic (20%)",
        ),
        (rating, STARS, {"value": 4, "expected": 3.84}, "**4**, 3.8 expected"),
    ],
)
def test_a_prediction_says_how_sure_it_is(pages, schema, prediction, words) -> None:
    assert pages.prediction_text(prediction, schema) == words


@pytest.mark.parametrize(
    ("scale", "numbers"),
    [
        ({"min": 1, "max": 5, "step": 1}, [1, 2, 3, 4, 5]),
        ({"min": 0, "max": 1, "step": 0.1}, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
        ({"min": -1, "max": 1, "step": 0.5}, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_a_scale_lists_its_numbers(scale, numbers) -> None:
    assert rating.levels(scale) == numbers


@pytest.mark.parametrize(
    ("low", "high", "step", "words"),
    [
        (1, 5, 1, None),
        (5, 1, 1, "a highest number above the lowest"),
        (1, 5, 0, "a step between zero and the length of the scale"),
        (1, 5, 3, "a step that leads from the lowest number to the highest"),
    ],
)
def test_a_wrong_scale_is_explained(low, high, step, words) -> None:
    assert rating.problem({"scale": {"min": low, "max": high, "step": step}}) == words


def test_one_label_is_enough_and_none_is_not() -> None:
    assert choice.problem({"labels": [{"name": "spam"}]}) is None
    assert choice.problem(choice.start({})) == "at least one label"


def test_a_schema_starts_with_what_the_file_suggests() -> None:
    assert choice.start({"labels": ["spam", "ham"]})["labels"] == [{"name": "spam"}, {"name": "ham"}]
    assert rating.start({"scale": {"min": 0, "max": 10}})["scale"] == {"min": 0, "max": 10, "step": 1, "names": {}}


def test_a_schema_is_sent_by_its_own_fields() -> None:
    assert question.parts(STARS) == {"scale": STARS["scale"]}
    assert question.parts({"type": "ranking", "best": 3}) == {"schema": {"best": 3}}


def test_pages_of_an_outside_package_are_found_and_broken_ones_left_out(monkeypatch, caplog) -> None:
    class Point:
        def __init__(self, name, load) -> None:
            self.name, self.load = name, load

    def broken():
        raise RuntimeError("not today")

    points = [Point("spans", lambda: base.Unknown("spans")), Point("broken", broken)]
    monkeypatch.setattr(tasks, "entry_points", lambda group: points if group == "labeler.ui_tasks" else [])
    found = tasks.registered.__wrapped__()
    assert "spans" in found and "choice" in found
    assert "broken are left out: RuntimeError: not today" in caplog.text


def form(pages_name: str, schema: dict) -> None:
    import streamlit as st
    from labeler_ui import tasks

    pages = tasks.named(pages_name)
    st.session_state["value"] = pages.value_input(st.container(), "Answer", schema, "value-input")
    st.session_state["filters"] = pages.filters(st.container(), schema, "answer-filters")
    pages.draw_counts(dict.fromkeys(pages.names(schema), 2), schema)


def test_values_and_filters_are_chosen_from_the_scale() -> None:
    app = AppTest.from_function(form, default_timeout=60, args=("rating", STARS)).run()
    assert app.session_state["value"] is None and app.session_state["filters"] == {}
    app.selectbox(key="value-input").select(5).run()
    app.select_slider(key="answer-filters").set_range(2, 4).run()
    assert not app.exception
    assert app.session_state["value"] == 5 and app.session_state["filters"] == {"min": 2, "max": 4}


def test_none_of_the_labels_can_be_chosen_deliberately() -> None:
    app = AppTest.from_function(form, default_timeout=60, args=("multi_choice", LABELS)).run()
    assert app.session_state["value"] is None and app.session_state["filters"] == {"label": None}
    app.multiselect(key="value-input").select("none of the labels").run()
    assert app.session_state["value"] == []
    app.multiselect(key="value-input").select("threat").run()
    assert app.session_state["value"] == ["threat"]
    assert not app.exception
