"""Items that mean about the same: told by a room above, which reads sentence vectors.

    @finds_alike
    def items_alike(tx, settings, project, like) -> Sequence[int]: ...

It is found by being there (labeler/rooms.py).
"""

from collections.abc import Callable, Sequence

from pydantic import ValidationError
from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.kit.errors import Invalid, Unavailable
from labeler.projects.access import Project
from labeler.wire.meaning import Like

Finder = Callable[[Connection, Settings, Project, Like], Sequence[int]]
_finders: list[Finder] = []
OWN = "Value error, "
"""What pydantic puts before the words of our own checks."""


def finds_alike(finder: Finder) -> Finder:
    """Let this function tell which items are like something: their ids, rising."""
    _finders[:] = [finder]
    return finder


def alike(tx: Connection, settings: Settings, project: Project, like: Like) -> Sequence[int]:
    """The ids of items that mean about the same, rising; those whose text was not read yet are not among them.

    Raises `Conflict` where there is no sentence encoder, `Invalid` for items that are no texts and for keys that are
    none.
    """
    if not _finders:
        raise Unavailable("Nothing that searches by meaning was loaded here.")
    return _finders[0](tx, settings, project, like)


def asked_like(text: str | None, keys: Sequence[str], least: float) -> Like:
    """As an address asks for it. Raises `Invalid` for both a text and keys, and for what is none."""
    try:
        return Like(text=text, keys=list(keys), least=least)
    except ValidationError as error:
        detail = str(error.errors()[0]["msg"]).removeprefix(OWN)
        raise Invalid(f"like: {detail}.", errors=[{"pointer": "/like", "detail": detail}]) from error
