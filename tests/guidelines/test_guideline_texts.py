"""Guideline texts: compared line by line, and rendered as nothing but text (G15)."""

import random
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.client import Project
from labeler.guidelines import text as texts
from labeler.guidelines.text import add_rule, compare, render


def test_two_versions_side_by_side(project: Project) -> None:
    project.guidelines.publish("a\nb\nc\n")
    project.guidelines.publish("a\nc\nd\n")
    rows = project.guidelines.diff(1, 2).rows
    assert [(row.kind, row.left, row.right) for row in rows] == [
        ("same", "a", "a"), ("removed", "b", None), ("same", "c", "c"), ("added", None, "d"),
    ]  # fmt: skip
    assert [row.kind for row in project.guidelines.diff(1, 1).rows] == ["same"] * 3
    assert project.client._http.get(f"{project.path}/guidelines/1/diff/9").status_code == 404


def test_comparing_gives_back_both_texts() -> None:
    a, b = "x\ny\n\nz", "y\nq\n\nz\nz"
    rows = compare(a, b)
    assert [row.left for row in rows if row.left_line is not None] == a.split("\n")
    assert [row.right for row in rows if row.right_line is not None] == b.split("\n")


class _Seen(HTMLParser):
    """Tags and attributes that a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "text <b onmouseover='alert(1)'>bold</b>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java\nscript:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](vbscript:x)",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "![picture](https://tracker.example/x.png)",
    "![picture](javascript:alert(1))",
    '[a](https://example.org "x" onclick="alert(1)")',
    '[a](https://example.org/"onmouseover="alert(1))',
    "<iframe src='https://evil.example'></iframe>",
    "<style>*{display:none}</style>",
    "<svg/onload=alert(1)>",
    "[ref]: javascript:alert(1)\n\n[ref]",
    "```<script>\nalert(1)\n```",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>x</script> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "# <form action=//evil.example><input>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_text(text: str) -> None:
    seen = _Seen(render(text))
    assert not seen.tags & {"script", "img", "iframe", "style", "svg", "form", "input", "b", "object", "base", "meta"}
    assert seen.attributes <= {"href", "title", "class", "start", "style"}
    assert all(link.startswith(("http://", "https://", "mailto:", "/", "#")) for link in seen.links), seen.links


def test_plain_markdown_is_rendered(project: Project) -> None:
    text = (
        "# Title\n\n*Spam* is **unasked-for**, see [the law](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    html = project.guidelines.publish(text).html
    seen = _Seen(html)
    assert {"h1", "em", "strong", "a", "table"} <= seen.tags and seen.links == ["https://example.org"]


def test_long_and_odd_texts(project: Project) -> None:
    bodies: list[Any] = ["x" * 200_000, "\u202e\u0000"[:1], "[" * 5_000, "*" * 5_000, "> " * 2_000, "- " * 2_000 + "x"]
    for text in bodies:
        answer = project.client._http.post(f"{project.path}/guidelines", json={"text": text})
        assert answer.status_code == 201, answer.text[:200]
    too_long = project.client._http.post(f"{project.path}/guidelines", json={"text": "x" * 200_001})
    assert too_long.status_code == 422


TEXT = "# SMS\n\nIs it advertising?\n\n## spam\n\nWants money.\n\n- *Example:* WINNER!!\n\n## ham\n\nEverything else.\n"


def test_a_rule_goes_to_the_end_of_its_section() -> None:
    text = add_rule(TEXT, "Spam", "Chain letters are spam.", "send this to [ten] friends")
    lines = text.split("\n")
    at = lines.index("- Chain letters are spam.")
    assert lines[at - 1] == "- *Example:* WINNER!!"
    assert lines[at + 1] == "  - *Example:* send this to \\[ten\\] friends"
    assert lines[at + 2 : at + 4] == ["", "## ham"]
    assert [line for line in lines if line not in lines[at : at + 2]] == TEXT.split("\n")


def test_a_rule_after_plain_words_begins_a_list() -> None:
    assert add_rule(TEXT, "ham", "Receipts are ham.").endswith("Everything else.\n\n- Receipts are ham.\n")


def test_a_rule_without_a_section_goes_under_rules() -> None:
    once = add_rule(TEXT, None, "When in doubt, ask.")
    assert once.endswith("\n\n## Rules\n\n- When in doubt, ask.\n")
    twice = add_rule(once, "eggs", "No eggs.")
    assert twice.endswith("- When in doubt, ask.\n- eggs: No eggs.\n")
    assert add_rule("", None, "One.") == "## Rules\n\n- One.\n"


def test_a_long_rule_is_whole_and_a_long_example_is_cut_visibly() -> None:
    rule, example = "word " * 400 + "end.", "text " * 400
    text = add_rule(TEXT, "spam", rule, example)
    assert f"- {rule}\n" in text
    assert "…\n" in text
    assert max(len(line) for line in text.split("\n") if "Example" in line) < 450


@given(st.text(), st.none() | st.text(max_size=20), st.text(min_size=1))
def test_nothing_of_the_text_is_lost(text: str, section: str | None, rule: str) -> None:
    kept = [line for line in text.split("\n") if line.strip()]
    after = add_rule(text, section, rule).split("\n")
    found = iter(after)
    assert all(line in found for line in kept)


@pytest.mark.parametrize("words", [40, 100_000])
def test_long_texts_are_compared_in_the_time_of_their_lines(words: int) -> None:
    """8,000 lines took 80 seconds. Beside what rendering and comparing a tenth of them takes, on this machine now."""
    chance = random.Random(words)

    def lines(n: int) -> str:
        return "\n".join(str(chance.randint(0, words)) for _ in range(n))

    def seconds(n: int) -> float:
        a, b = lines(n), lines(n)
        started = time.process_time()
        compare(a, b)
        return time.process_time() - started

    assert seconds(4000) < 40 * max(seconds(400), 0.02)


@given(st.lists(st.sampled_from("abcdefghijkl"), max_size=40), st.lists(st.sampled_from("abcdefghijkl"), max_size=40))
def test_a_comparison_has_every_line_of_both_in_order(left: list[str], right: list[str]) -> None:
    before, texts.MOST_COMPARED = texts.MOST_COMPARED, 20
    try:
        rows = compare("\n".join(left), "\n".join(right))
    finally:
        texts.MOST_COMPARED = before
    assert [row.left for row in rows if row.left is not None] == left
    assert [row.right for row in rows if row.right is not None] == right
    assert all((row.kind == "same") == (row.left == row.right) for row in rows)


def test_two_changes_far_apart_in_a_long_text_are_two_changes() -> None:
    lines = [f"line {n}" for n in range(3000)]
    other = ["line 0", "new", *lines[2:-1]]
    rows = compare("\n".join(lines), "\n".join(other))
    changed = [(row.kind, row.left, row.right) for row in rows if row.kind != "same"]
    assert changed == [("changed", "line 1", "new"), ("removed", "line 2999", None)]


@pytest.mark.parametrize("mark", ["[a](", "*a _b "])
def test_very_many_marks_are_shown_as_they_are(mark: str) -> None:
    started = time.process_time()
    html = render(mark * (40_000 // len(mark)))
    plain_started = time.process_time()
    render("word " * 8_000)
    plain = time.process_time() - plain_started
    assert plain_started - started < max(3.0, 400 * plain)
    assert "<a" not in html and html.count(mark[0]) >= 1000
