"""Texts."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeler.contents.base import Check, Content, ContentKind, ContentRefused, content


@content("text")
class Text(ContentKind):
    """A text, as long as a page or as short as a word."""

    field = "text"
    columns = {"text": "string"}  # noqa: RUF012 (never changed)

    def validate(self, value: Any, check: Check) -> Content:
        if not isinstance(value, str):
            raise ContentRefused(self.field, "must be text")
        if not value.strip():
            raise ContentRefused(self.field, "is empty")
        check(self.field, value)
        return {"text": value}

    def preview(self, content: Content) -> str:
        return " ".join(str(content["text"]).split())

    def to_columns(self, content: Content) -> dict[str, Any]:
        return {"text": content["text"]}

    def from_columns(self, row: Mapping[str, Any]) -> Content:
        return {"text": row["text"]}

    def pipelines(self) -> dict[str, type[Any]]:
        from labeler.learning.features.text import TextPipeline

        return {TextPipeline.name: TextPipeline}

    def pipeline(self, sample: Sequence[Content], wants: frozenset[str] = frozenset()) -> Any:
        """N-grams, and how the text is written where that is wanted."""
        from labeler.learning.features.text import TextPipeline

        return TextPipeline(statistics="statistics" in wants)
