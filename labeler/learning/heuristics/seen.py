"""An item as rules look at it. What several of them need is worked out once."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from labeler.learning.features.text import text_of
from labeler.learning.keywords import words_in

READ = 20_000
"""Characters of a text that rules look at: what they take stays in proportion to the number of items."""


class Seen:
    """content: as the item has it; metadata: its own."""

    def __init__(self, content: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
        self.content = dict(content)
        self.metadata = dict(metadata or {})
        self.shared: dict[str, Any] = {}
        """What a kind of rule has worked out, for others of its kind."""

    @cached_property
    def text(self) -> str:
        """Its text; of a table row the values."""
        return text_of(self.content)[:READ]

    @cached_property
    def words(self) -> list[str]:
        """The text's words, see `words_in`."""
        return words_in(self.text)

    @property
    def fields(self) -> dict[str, Any]:
        """The named values of a table row; none of a text."""
        found = self.content.get("fields")
        return found if isinstance(found, dict) else {}

    def field(self, name: str) -> Any:
        """A field of the row, or else of the metadata; None: there is none."""
        found = self.fields.get(name)
        return self.metadata.get(name) if found is None else found
