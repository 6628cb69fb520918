"""What a tool's rows mean, and the tools by name.

    @tool("acme", title="Acme Annotator")
    def acme(rows: Sequence[Values]) -> Meaning | None: ...

A tool looks at the first rows of a file and says whether they are its own. If so, `convert` makes of each row one whose
labels are `Given` cells, with who gave them; the other columns stay what they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeler.plugins import Registry, UnknownPlugin

Values = dict[str, Any]
"""A row by column."""


@dataclass(frozen=True)
class Meaning:
    """What the rows of a file mean.

    convert: makes a new row of one; it raises ValueError with what is wrong with a row, after '"column"' or "the task".
    roles: columns of the converted rows by what they are ("key", "text", "label", "labeler", "prediction", "score");
    the rest is guessed. notes: what somebody who imports the file should know.
    """

    convert: Callable[[Values], Values]
    roles: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tool: str = ""
    title: str = ""


Look = Callable[[Sequence[Values]], Meaning | None]


@dataclass(frozen=True)
class Tool:
    """A registered tool. look: given the first rows of a file, at least one, what they mean; None: another tool's."""

    name: str
    title: str
    look: Look


_tools: Registry[Tool] = Registry("labeling tool", "tools", "labeler.items.readers.tools", UnknownPlugin)


def tool(name: str, *, title: str) -> Callable[[Look], Look]:
    """Register the function that knows a tool's rows. title: for people."""

    def register(look: Look) -> Look:
        _tools.add(name, Tool(name, title, look))
        return look

    return register


def tools() -> list[Tool]:
    """Every tool, by name."""
    return list(_tools)


def meaning_of(rows: Sequence[Values], failed: Callable[[str], None], only: str | None = None) -> Meaning | None:
    """What the first tool that knows these rows says of them; None: no tool does. failed: told the name of one that
    raised, which is passed over. only: the name of the one that is asked."""
    if not rows:
        return None
    for one in _tools:
        if only not in (None, one.name):
            continue
        try:
            found = one.look(rows)
            if found is not None and not isinstance(found, Meaning):
                raise TypeError(f"expected Meaning or None, got {type(found).__name__}")
        except Exception:  # somebody else's tool must not stop the import of other files
            failed(one.name)
            continue
        if found is not None:
            return Meaning(found.convert, found.roles, found.notes, one.name, one.title)
    return None
