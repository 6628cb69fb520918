"""Markdown that names and texts of others can't break out of."""

from collections.abc import Mapping
from typing import Any

import orjson


def cell(text: object) -> str:
    """Text in a Markdown table: it can't end its cell or become markup (G15)."""
    flat = " ".join(str(text).split())
    for character in "\\`*_{}[]<>|#":
        flat = flat.replace(character, "\\" + character)
    return flat


def front_matter(about: Mapping[str, Any]) -> str:
    """The head of a dataset card. JSON is YAML: no name can end it or become part of it."""
    lines = "\n".join(f"{name}: {orjson.dumps(value).decode()}" for name, value in about.items())
    return f"---\n{lines}\n---\n"
