"""Parts of a dataset version's card that rooms above know: each says, as Markdown, what it has to say of the data now.

    @section(20)
    def label_errors(tx, settings, project) -> str: ...

They are found by being there (labeler/rooms.py). What a version's own files say is in its README.md, which never
changes; this is read when somebody asks for the card.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.projects.access import Project

Section = Callable[[Connection, Settings, Project], str]

_sections: dict[str, tuple[int, Section]] = {}


def section(place: int) -> Callable[[Section], Section]:
    """Put what a function says into every card, in the order of the places. It says "" where it has nothing to say,
    and begins with a heading of the third level otherwise."""

    def register(said: Section) -> Section:
        _sections[f"{said.__module__}.{said.__qualname__}"] = (place, said)
        return said

    return register


def with_sections(tx: Connection, settings: Settings, project: Project, card: str) -> str:
    """A version's own card, and below it what rooms say of the project's data today."""
    told = (said(tx, settings, project) for _, said in sorted(_sections.values(), key=lambda one: one[0]))
    parts = [one.strip() for one in told if one.strip()]
    if not parts:
        return card
    head = f"## What is known of the data on {datetime.now(UTC):%Y-%m-%d}"
    return "\n\n".join([card.rstrip(), head, *parts]) + "\n"
