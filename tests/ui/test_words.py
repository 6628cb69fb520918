"""Text from data shows as it is; times and figures read as people say them."""

from datetime import UTC, datetime, timedelta

import pytest
from labeler_ui import app, feedback, layout, metrics, names
from streamlit.testing.v1 import AppTest


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "[a](javascript:1)", "**bold** _it_ `code`", "# title", ":red[x] $x$", "![i](u)"]
)
def test_text_from_data_is_never_markup(text):
    shown = feedback.plain(text)
    assert shown.replace("\\", "") == text
    for mark in "<*_`[#$!:":
        assert shown.count(mark) == shown.count("\\" + mark)


def test_times_are_said_as_people_say_them():
    now = datetime.now(UTC)
    assert layout.when(now) == "just now"
    assert layout.when(now - timedelta(minutes=5)) == "5 min ago"
    assert layout.when(now - timedelta(hours=3)) == "3 h ago"
    assert layout.when(datetime(2020, 1, 31, tzinfo=UTC)) == "Jan 31, 2020"
    assert layout.when(None) == layout.DASH


def test_a_metric_says_its_interval():
    share = metrics.Metric("accuracy", "Accuracy", unit="share")
    figures = {"value": 0.957, "low": 0.91, "high": 0.98, "n": 90}
    assert (share.text(figures), share.interval(figures)) == ("95.7%", "91% to 98%")
    assert (share.text(None), share.interval(None)) == (layout.DASH, "")
    error = metrics.Metric("mae", "Mean absolute error", better="lower", unit="scale")
    assert error.interval({"value": 0.41, "low": 0.35, "high": 0.482}) == "0.35 to 0.48"


def test_sizes_have_units():
    assert [layout.size(n) for n in (12, 9000, 420_000, 3_000_000)] == [
        "12 B",
        "9.0 KB",
        "420.0 KB",
        "3.0 MB",
    ]


@pytest.mark.parametrize("role", ["labeler", "reader", "manager", "admin"])
def test_each_role_sees_its_pages(role):
    shown = {entry.name for entry in app.ENTRIES if app.visible(entry, role, "sms")}
    assert {"home", "progress", "guidelines", "account"} <= shown
    assert ("label" in shown) == (role != "reader")
    assert ("settings" in shown) == (role in {"manager", "admin"})
    assert ("models" in shown) == (role != "labeler")


def test_pages_of_a_project_need_one():
    assert not any(app.visible(entry, "admin", None) for entry in app.ENTRIES if entry.per_project)


def test_every_page_has_a_file():
    from pathlib import Path

    folder = Path(app.__file__).parent / "pages"
    assert all((folder / f"{entry.name}.py").is_file() for entry in app.ENTRIES)


def few(rows: int, most: int) -> None:
    import streamlit as st
    from labeler_ui import layout

    st.session_state["shown"] = layout.newest(iter(range(rows)), most, "things")


@pytest.mark.parametrize(("rows", "said"), [(0, 0), (3, 0), (4, 1)])
def test_a_list_that_is_cut_says_so(rows: int, said: int) -> None:
    page = AppTest.from_function(few, default_timeout=60, args=(rows, 3)).run()
    assert page.session_state["shown"] == list(range(min(rows, 3))) and not page.exception
    assert [one.value[:24] for one in page.caption] == ["The newest 3 things are "] * said


def test_the_addresses_are_those_of_the_pages():
    assert {entry.name for entry in app.ENTRIES} == set(names.PAGES)
