"""Parts of a model's card that rooms above the registry know: each says what it has to say of a model, as Markdown.

    @section(20)
    def readiness(tx, settings, project, model) -> str: ...

They are found by being there (labeler/rooms.py).
"""

from collections.abc import Callable

from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.wire.registry import ModelOut

Section = Callable[[Connection, Settings, Project, ModelOut], str]

_sections: dict[str, tuple[int, Section]] = {}


def section(place: int) -> Callable[[Section], Section]:
    """Put what a function says into every card, in the order of the places. It says "" where it has nothing to say of
    a model, and begins with a heading of the second level otherwise."""

    def register(said: Section) -> Section:
        _sections[f"{said.__module__}.{said.__qualname__}"] = (place, said)
        return said

    return register


def sections_of(tx: Connection, settings: Settings, project: Project, model: ModelOut) -> list[str]:
    """What they say of a model, without those that have nothing to say."""
    told = (said(tx, settings, project, model) for _, said in sorted(_sections.values(), key=lambda one: one[0]))
    return [one.strip() for one in told if one.strip()]
