"""A number on a scale."""

from typing import Any

import streamlit as st
from labeler_ui import labels
from labeler_ui.tasks.base import Schema
from labeler_ui.words import mark, number, t
from streamlit.delta_generator import DeltaGenerator

NAME = "rating"
COUNTS = mark("Items by rating")
SEARCHES = False
SINGLE = False
SCALE = {"min": 1, "max": 5, "step": 1, "names": {}}
MOST_NAMED = 21  # a longer scale is a slider on the card, which shows the names of its ends only

Number = int | float


def whole(number: float) -> Number:
    """4.0 as 4; 4.5 stays."""
    return int(number) if float(number).is_integer() else float(number)


def levels(scale: dict[str, Any]) -> list[Number]:
    """Every number of a scale, lowest first."""
    step = scale.get("step") or 1
    count = int((scale["max"] - scale["min"]) / step + 1e-9) + 1
    return [whole(round(scale["min"] + n * step, 6)) for n in range(count)]


def start(found: dict[str, Any]) -> Schema:
    return {"type": NAME, "scale": {**SCALE, **(found.get("scale") or {})}}


def edit_schema(schema: Schema, key: str) -> Schema:
    scale = schema["scale"]
    boxes = st.columns([1, 1, 1, 3])
    low, high, step = (
        whole(
            box.number_input(
                title, value=float(scale.get(name, SCALE[name])), step=1.0, format="%g", key=f"{key}-{name}"
            )
        )
        for box, title, name in zip(boxes, (t("Lowest"), t("Highest"), t("Step")), ("min", "max", "step"), strict=False)
    )
    edited: Schema = {"type": NAME, "scale": {"min": low, "max": high, "step": step, "names": {}}}
    if problem(edited) is None:
        edited["scale"]["names"] = _edit_names(edited["scale"], scale.get("names") or {}, key)
    return edited


def _edit_names(scale: dict[str, Any], names: dict[str, str], key: str) -> dict[str, str]:
    """A table with a name for each number that should have one."""
    numbers = levels(scale)
    shown = numbers if len(numbers) <= MOST_NAMED else [numbers[0], numbers[-1]]
    edited = st.data_editor(
        [{"number": str(one), "name": names.get(str(one)) or ""} for one in shown],
        key=f"{key}-names-{shown[0]}-{shown[-1]}-{len(shown)}",
        hide_index=True,
        width=420,
        column_config={
            "number": st.column_config.TextColumn(t("Number"), disabled=True, width="small"),
            "name": st.column_config.TextColumn(t("Name"), max_chars=80, help=t("Empty: only the number is shown")),
        },
    )
    st.markdown(t(":gray[Double-click a cell to name a number, for example 1 *bad* and 5 *good*.]"))
    return {row["number"]: row["name"].strip() for row in edited if (row["name"] or "").strip()}


def problem(schema: Schema) -> str | None:
    low, high, step = (schema["scale"][name] for name in ("min", "max", "step"))
    if high <= low:
        return t("a highest number above the lowest")
    if step <= 0 or step > high - low:
        return t("a step between zero and the length of the scale")
    steps = (high - low) / step
    return None if abs(steps - round(steps)) < 1e-6 else t("a step that leads from the lowest number to the highest")


def names(schema: Schema) -> list[str]:
    return [str(one) for one in levels(schema["scale"])]


def summary(schema: Schema) -> str:
    scale = schema["scale"]
    return t("{low} to {high}", low=value_text(scale["min"], schema), high=value_text(scale["max"], schema))


def sections(schema: Schema) -> list[str]:
    numbers = levels(schema["scale"])
    return [
        value_text(one, schema) for one in (numbers if len(numbers) <= MOST_NAMED else numbers[:: len(numbers) - 1])
    ]


def caution(schema: Schema) -> str | None:
    return None


def value_text(value: Any, schema: Schema) -> str:
    text = str(whole(value))
    name = (schema["scale"].get("names") or {}).get(text)
    return f"{text} ({name})" if name else text


def value_input(where: DeltaGenerator, title: str, schema: Schema, key: str, given: Any = None) -> Any:
    options = levels(schema["scale"])
    return where.selectbox(
        title,
        options,
        index=options.index(given) if given in options else None,
        placeholder=t("a number"),
        format_func=lambda one: value_text(one, schema),
        key=key,
    )


def single_values(schema: Schema) -> list[Any]:
    return list(levels(schema["scale"]))


def prediction_text(prediction: dict[str, Any], schema: Schema) -> str:
    expected = prediction.get("expected")
    words = "" if expected is None else t(", {expected} expected", expected=number(expected, 1))
    return labels.bold(value_text(prediction["value"], schema)) + words


def filters(where: DeltaGenerator, schema: Schema, key: str) -> dict[str, Any]:
    numbers = levels(schema["scale"])
    ends = (numbers[0], numbers[-1])
    low, high = where.select_slider(t("Rating"), numbers, value=ends, key=key, bind="query-params")
    return {} if (low, high) == (numbers[0], numbers[-1]) else {"min": low, "max": high}


def draw_counts(counts: dict[str, int], schema: Schema) -> None:
    from labeler_ui import charts

    charts.rating_counts(counts, [(str(one), value_text(one, schema)) for one in levels(schema["scale"])])
