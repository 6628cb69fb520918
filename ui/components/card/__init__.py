"""The labeling card: one item, its labels, and everything that happens at a key press, in the browser.

Each task type is one file in `answers/`, each kind of content one in `contents/`. An installed distribution adds
its own through the entry-point group `labeler.card_files`: the value names a package with those folders in it.

    [project.entry-points."labeler.card_files"]
    mine = "my_package.card"
"""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import streamlit as st
from labeler_ui import session, tasks, theme, words
from labeler_ui.components.bundle import bundle

from labeler.wire.accounts import UserOut
from labeler.wire.projects import ProjectOut

log = logging.getLogger("labeler.ui")
FOLDER = Path(__file__).parent
PARTS = ("answers", "contents")
DRAWING = ("store.js", "pieces.js", "registry.js", "view.js", "find.js", "favorites.js", "labels.js", "colors.js")
FILES = (
    "api.js",
    "outbox.js",
    "queue.js",
    *DRAWING,
    "panels.js",
    "keys.js",
    "lesson.js",
    "ownkeys.js",
    "highlight.js",
    "help.js",
    "gate.js",
    "upkeep.js",
    "past.js",
    "idle.js",
    "look.js",
    "side.js",
    "sight.js",
    "room.js",
    "card.js",
    "main.js",
)
PREVIEW_FILES = (*DRAWING, "keys.js", "preview.js")


def folders() -> list[Path]:
    """The card's own folder, then those of installed distributions; one that can't be imported is left out."""
    found = [FOLDER]
    for point in sorted(entry_points(group="labeler.card_files"), key=lambda point: point.name):
        try:
            found.append(Path(point.load().__file__).parent)
        except Exception as error:  # whatever somebody else's module raises: the card must work
            log.warning("card files %s are left out: %s: %s", point.name, type(error).__name__, error)
    return found


def part_files(suffix: str) -> list[Path]:
    """The files of all task types and kinds of content, in a fixed order."""
    return [path for folder in folders() for part in PARTS for path in sorted((folder / part).glob(f"*{suffix}"))]


@cache
def _sources(
    html: str, files: tuple[str, ...], more_css: tuple[str, ...] = (), tag: str = words.ENGLISH
) -> dict[str, Any]:
    styles = [FOLDER / "card.css", *part_files(".css"), *(FOLDER / name for name in more_css)]
    return {
        "html": words.html((FOLDER / html).read_text(encoding="utf-8"), tag),
        "css": theme.component_css() + "".join(path.read_text(encoding="utf-8") for path in styles),
        "js": bundle([FOLDER / name for name in files], part_files(".js"), tag=tag, service=True),
    }


def _component(name: str, *sources: Any) -> Callable[..., Any]:
    tag = words.language()
    return st.components.v2.component(f"{name}_{tag}", **_sources(*sources, tag=tag))


@cache
def build() -> str:
    """Another one after an upgrade that changed the card, so that a tab that is open can tell."""
    return sha256(str(_sources("card.html", FILES)["js"]).encode()).hexdigest()[:16]


def card(project: ProjectOut, user: UserOut, csrf_token: str | None) -> None:
    """Draw the card of a project for a user. Items and answers go between browser and API directly."""
    draw = _component("labeler_card", "card.html", FILES)
    data = {
        "api": session.at("/api/v1"),
        "check": session.at("/card-build"),
        "csrf": csrf_token,
        "build": build(),
        "user": {"id": session.owner(user), "name": user.name},
        "project": {
            "slug": project.slug,
            "schema": tasks.schema_of(project),
            "schema_version": project.schema_version,
            "guideline_version": project.guideline_version,
            "unlabeled": project.counts.items - project.counts.labeled,
            "settings": project.settings.model_dump(mode="json"),
        },
    }
    draw(key=f"card-{project.slug}", data=data)


def card_preview(schema: dict[str, Any], content: Mapping[str, Any], key: str) -> None:
    """Draw the card's item and answer for a schema that is not saved yet."""
    draw = _component("labeler_card_preview", "preview.html", PREVIEW_FILES, ("preview.css",))
    draw(key=key, data={"schema": schema, "content": dict(content)})
