"""Guideline texts: rendering Markdown safely, and comparing two versions line by line."""

import difflib

from markdown_it import MarkdownIt

from labeler.wire.guidelines import DiffRow

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


def _row(kind: str, left: list[str], right: list[str], i: int | None, j: int | None) -> DiffRow:
    return DiffRow.model_validate(
        {
            "kind": kind,
            "left": None if i is None else left[i],
            "right": None if j is None else right[j],
            "left_line": None if i is None else i + 1,
            "right_line": None if j is None else j + 1,
        }
    )
