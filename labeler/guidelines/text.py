"""Guideline texts: rendering Markdown safely, and comparing two versions line by line."""

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt

from labeler.wire.guidelines import DiffRow

RULES = "Rules"
MOST_OF_AN_EXAMPLE = 400
MARKS = "[]*_`~<!"
MOST_MARKS = 1000  # in one paragraph
MOST_RENDERED = 40_000  # characters of changed lines; those after them are shown as they are written
MOST_COMPARED = 250_000  # lines times lines
# Raw HTML in the Markdown is shown as text, and links may only have harmless schemes (G15).
_BLANK_LINE = re.compile(r"(\n[ \t]*\n)")
_MARKS = re.compile(f"[{re.escape(MARKS)}]")
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")


def render(text: str) -> str:
    """The text as HTML. A paragraph with very many marks shows them as they are: what they mean would take the square
    of their number (G33)."""
    parts = _BLANK_LINE.split(text)
    return str(_markdown.render("".join(_MARKS.sub(r"\\\g<0>", part) if _is_heavy(part) else part for part in parts)))


def _is_heavy(paragraph: str) -> bool:
    return len(paragraph) > MOST_MARKS and sum(map(paragraph.count, MARKS)) > MOST_MARKS


def compare(a: str, b: str) -> list[DiffRow]:
    """Rows for a side-by-side view; a changed line has both sides."""
    left, right = a.splitlines(), b.splitlines()
    rows: list[DiffRow] = []
    budget = [MOST_RENDERED]

    def html(line: str) -> str | None:
        budget[0] -= len(line)
        return render(line) if budget[0] >= 0 else None

    for is_same, i1, i2, j1, j2 in _blocks(left, right):
        if is_same:
            rows += [_row("same", left, right, i, j1 + i - i1, html) for i in range(i1, i2)]
            continue
        both = min(i2 - i1, j2 - j1)
        for i, j in zip(range(i1, i1 + both), range(j1, j1 + both), strict=True):
            rows.append(_row("same" if left[i] == right[j] else "changed", left, right, i, j, html))
        rows += [_row("removed", left, right, i, None, html) for i in range(i1 + both, i2)]
        rows += [_row("added", left, right, None, j, html) for j in range(j1 + both, j2)]
    return rows


Block = tuple[bool, int, int, int, int]  # whether they are the same, lines from and to on the left and on the right


def _blocks(left: Sequence[str], right: Sequence[str]) -> Iterator[Block]:
    """What is the same and what is not, in order. Where comparing every line with every other would take too long,
    lines that stand once on either side hold the rest together (patience diff, Cohen)."""
    anchors = _anchors(left, right) if len(left) * len(right) > MOST_COMPARED else []
    i = j = 0
    for at, to in [*anchors, (len(left), len(right))]:
        yield from _between(left, right, i, at, j, to)
        if at < len(left) and to < len(right):
            yield True, at, at + 1, to, to + 1
        i, j = at + 1, to + 1


def _between(left: Sequence[str], right: Sequence[str], i1: int, i2: int, j1: int, j2: int) -> Iterator[Block]:
    if (i2 - i1) * (j2 - j1) > MOST_COMPARED:
        yield False, i1, i2, j1, j2
        return
    found = difflib.SequenceMatcher(None, left[i1:i2], right[j1:j2], autojunk=False).get_opcodes()
    yield from ((tag == "equal", i1 + a1, i1 + a2, j1 + b1, j1 + b2) for tag, a1, a2, b1, b2 in found)


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Lines that stand once on either side, and in the same order: their places, rising. The longest such row of them
    (patience sorting)."""
    once = Counter(left), Counter(right)
    there = {line: place for place, line in enumerate(right)}
    pairs = [(i, there[line]) for i, line in enumerate(left) if once[0][line] == once[1][line] == 1]
    tops: list[int] = []  # the lowest end of a row of each length
    ends: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1], ends[length : length + 1] = [place], [number]
    found, at = [], ends[-1] if ends else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def add_rule(text: str, section: str | None, rule: str, example: str | None = None) -> str:
    """The text with one rule more, as the last point of the section with this heading, or of a section for rules at
    the end where there is none. example: an item that it was decided on."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    wanted = (section or RULES).strip().casefold()
    at = next((i for i, line in enumerate(lines) if _heading(line) == wanted), None)
    if at is None:
        if section is not None:
            return add_rule(text, None, f"{section}: {rule}", example)
        lines += [*([""] if lines else []), f"## {RULES}"]
        at = len(lines) - 1
    end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("#")), len(lines))
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    new = [f"- {_one_line(rule)}", *([f"  - *Example:* {_escaped(_shortened(example))}"] if example else [])]
    is_list = lines[end - 1].lstrip().startswith(("-", "*"))
    return "\n".join([*lines[:end], *([] if is_list else [""]), *new, *lines[end:]]) + "\n"


def _heading(line: str) -> str | None:
    return line.lstrip("#").strip().casefold() if line.startswith("#") else None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    short = _one_line(text)
    return short if len(short) <= MOST_OF_AN_EXAMPLE else short[: MOST_OF_AN_EXAMPLE - 1] + "…"


def _escaped(text: str) -> str:
    """Text from data, shown as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text)


def _row(
    kind: str,
    left: list[str],
    right: list[str],
    i: int | None,
    j: int | None,
    html: Callable[[str], str | None],
) -> DiffRow:
    before, after = None if i is None else left[i], None if j is None else right[j]
    return DiffRow.model_validate(
        {
            "kind": kind,
            "left": before,
            "right": after,
            "left_html": html(before) if before and kind != "same" else None,
            "right_html": html(after) if after and kind != "same" else None,
            "left_line": None if i is None else i + 1,
            "right_line": None if j is None else j + 1,
        }
    )
