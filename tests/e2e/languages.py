"""Pages in another language than the code's: what stands on them, and what must not."""

import re

from labeler_ui import words
from playwright.sync_api import Page

STREAMLITS = {"download", "upload", "search"}  # words of its own widgets


def said(text: str, language: str) -> str:
    """The text with each message in braces as that language says it."""
    return re.sub(r"\{(.+?)\}", lambda found: _plain(_said(found[1], language)), text)


def _said(message: str, language: str) -> str:
    for name in ("ui", "service"):
        found = words.catalog(language, name).get(message)
        if found and found.string:
            return str(found.string)
    return message


def _plain(markdown: str) -> str:
    """What one sees of a line: without stars and colors."""
    return re.sub(r":gray\[(.*)\]", r"\1", markdown).strip("*")


def english() -> set[str]:
    """What no German page says: English messages that German writes in another way."""
    found = set()
    for name in ("ui", "service"):
        for message in words.catalog("de", name):
            said = message.id.strip().lower() if isinstance(message.id, str) and not message.context else ""
            if len(said) > 4 and said != str(message.string).strip().lower():
                found.add(said)
    return found - STREAMLITS


def lines(page: Page) -> list[str]:
    """The lines that one sees, those of the components too; names of icons are drawn, not read."""
    icons = {name.strip() for name in page.get_by_test_id("stIconMaterial").all_inner_texts()}
    text = page.locator("body").inner_text()
    inside = page.locator("[data-testid=stBidiComponentRegular], [data-testid=stBidiComponentIsolated]")
    found = [line.strip() for part in [text, *inside.all_inner_texts()] for line in part.splitlines()]
    return [line for line in found if line and line not in icons]
