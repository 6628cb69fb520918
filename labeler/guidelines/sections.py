"""Sections of a guideline: which of them differ between two versions, and which are about a label."""

import re
from collections.abc import Sequence

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_MARKS = re.compile(r"[`*_\\]")
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")


def changed_sections(a: str, b: str, labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Labels whose section is not the same in both, and the headings of what else is not. A section of a label has all
    headings below its own in it; what stands before the first heading is called "". Spaces don't count."""
    names = {label.strip().casefold(): label for label in labels}
    left, right = _sections(a, set(names)), _sections(b, set(names))
    changed = [name for name in dict.fromkeys([*right, *left]) if left.get(name) != right.get(name)]
    touched = {names[name.casefold()] for name in changed if name.casefold() in names}
    return [label for label in labels if label in touched], [one for one in changed if one.casefold() not in names]


def _sections(text: str, labels: set[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {"": []}
    name, level, is_code = "", 0, False
    for line in text.splitlines():
        if _FENCE.match(line):
            is_code = not is_code
        heading = None if is_code else _HEADING.match(line)
        if heading is not None:
            title, depth = _MARKS.sub("", heading[2]).strip(), len(heading[1])
            is_inside = name.casefold() in labels and depth > level
            if not is_inside or title.casefold() in labels:
                name, level = _known(title, labels), depth
                found.setdefault(name, [])
                continue
        if words := " ".join(line.split()):
            found[name].append(words)
    return {name: "\n".join(lines) for name, lines in found.items() if name or lines}


def _known(title: str, labels: set[str]) -> str:
    """Headings of labels are told apart by their letters alone."""
    return title.casefold() if title.casefold() in labels else title
