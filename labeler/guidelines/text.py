"""Guideline texts: rendering Markdown safely, and comparing two versions line by line."""

import difflib
import re

from markdown_it import MarkdownIt

from labeler.wire.guidelines import DiffRow

RULES = "Rules"
MOST_OF_AN_EXAMPLE = 400
# Raw HTML in the Markdown is shown as text, and links may only have harmless schemes (G15).
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")


def render(text: str) -> str:
    return str(_markdown.render(text))


def compare(a: str, b: str) -> list[DiffRow]:
    """Rows for a side-by-side view; a changed line has both sides."""
    left, right = a.splitlines(), b.splitlines()
    rows: list[DiffRow] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [_row("same", left, right, i, j1 + i - i1) for i in range(i1, i2)]
            continue
        both = min(i2 - i1, j2 - j1)
        rows += [_row("changed", left, right, i1 + k, j1 + k) for k in range(both)]
        rows += [_row("removed", left, right, i, None) for i in range(i1 + both, i2)]
        rows += [_row("added", left, right, None, j) for j in range(j1 + both, j2)]
    return rows


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


def _row(kind: str, left: list[str], right: list[str], i: int | None, j: int | None) -> DiffRow:
    before, after = None if i is None else left[i], None if j is None else right[j]
    return DiffRow.model_validate(
        {
            "kind": kind,
            "left": before,
            "right": after,
            "left_html": render(before) if before and kind != "same" else None,
            "right_html": render(after) if after and kind != "same" else None,
            "left_line": None if i is None else i + 1,
            "right_line": None if j is None else j + 1,
        }
    )
