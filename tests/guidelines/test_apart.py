"""No text that somebody sends holds the API up: short ones are cheap whatever they are, long ones are read apart."""

import time

import pytest

from labeler.client import Project
from labeler.guidelines import apart
from labeler.guidelines.text import compare, render

UNITS = [
    "[a](",
    "*a _b ",
    "`a ",
    "> ",
    "- ",
    "#\n",
    "|a|b|\n|-|-|\n",
    "[a]:\n",
    "a\n=\n",
    "~~~\n",
    "<a ",
    "[x]: y\n",
    "\n",
]


def cost(unit: str) -> float:
    """Seconds of processor for the longest text of it that is rendered here, and two of half the length compared: the
    least of three, since other processes take their part of the caches."""
    half = apart.SHORT // 2 // len(unit)
    found = []
    for _ in range(3):
        started = time.thread_time()
        render(unit * (apart.SHORT // len(unit)))
        compare(unit * half, unit * half + "x")
        found.append(time.thread_time() - started)
    return min(found)


@pytest.mark.parametrize("unit", UNITS)
def test_a_short_text_is_cheap_whatever_it_is(unit: str) -> None:
    """Beside an honest list of the same length, which takes a twentieth of a second."""
    assert cost(unit) < 5 * cost("- a *word*\n")


def test_a_long_text_is_rendered_and_compared_as_a_short_one(project: Project) -> None:
    text = "# Title\n\n" + "a *long* text\n" * 4_000
    published = project.guidelines.publish(text)
    assert published.html == render(text) and apart.helper._process is not None
    project.guidelines.publish(text.replace("# Title", "# Another"))
    rows = project.guidelines.diff(1, 2).rows
    assert [row.kind for row in rows if row.kind != "same"] == ["changed"] and rows[0].right == "# Another"


def test_what_takes_too_much_is_shown_as_it_was_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MEMORY", 1)
    apart._html_of.cache_clear()
    text = "<b>" + "words *and* more words\n\n" * 8_000
    published = project.guidelines.publish(text)
    assert published.html.startswith("<pre>&lt;b&gt;") and "<b>" not in published.html
    project.guidelines.publish("short")
    assert [row.kind for row in project.guidelines.diff(1, 2).rows] == ["removed", "added"]
    monkeypatch.undo()
    assert "<em>and</em>" in project.client.get(f"{project.path}/guidelines/1")["html"]


def test_nothing_is_rendered_while_the_database_is_held(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labelers write into the same database: a text that takes seconds must not keep them waiting."""

    def late(text: str) -> str:
        other = project.client.projects.create(f"meanwhile {len(seen)}", labels=["a", "b"])
        seen.append(other.info.name)
        return text

    seen: list[str] = []
    monkeypatch.setattr(apart, "html_of", late)
    project.guidelines.publish("# A text")
    assert seen
