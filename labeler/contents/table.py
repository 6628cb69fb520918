"""Rows of a table."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from labeler.contents.base import Check, Content, ContentKind, ContentRefused, content


@content("table")
class Table(ContentKind):
    """A row of a table: named numbers, dates, words, yes or no."""

    title = "Table row"
    field = "fields"
    columns = {"fields": "string"}  # noqa: RUF012 (never changed)

    def validate(self, value: Any, check: Check) -> Content:
        if not isinstance(value, dict):
            raise ContentRefused(self.field, "must be an object")
        check(self.field, value)
        if all(cell is None or cell == "" for cell in value.values()):
            raise ContentRefused(self.field, "are all empty")
        return {"fields": value}

    def preview(self, content: Content) -> str:
        line = ", ".join(f"{name}: {value}" for name, value in content["fields"].items())
        return " ".join(line.split())

    def to_columns(self, content: Content) -> dict[str, Any]:
        return {"fields": json.dumps(content["fields"], ensure_ascii=False, separators=(",", ":"))}

    def from_columns(self, row: Mapping[str, Any]) -> Content:
        return {"fields": json.loads(row["fields"] or "{}")}

    def cells(self, content: Content) -> Mapping[str, Any]:
        fields = content.get(self.field)
        return fields if isinstance(fields, Mapping) else {}

    def with_cells(self, content: Content, cells: Mapping[str, Any]) -> Content:
        return {**content, self.field: dict(cells)}

    def pipelines(self) -> dict[str, type[Any]]:
        from labeler.learning.features.table import TablePipeline

        return {TablePipeline.name: TablePipeline}

    def pipeline(self, sample: Sequence[Content], wants: frozenset[str] = frozenset()) -> Any:
        """One encoder a column, by what the sample has in it."""
        from labeler.learning.features.table import TablePipeline, infer_columns

        return TablePipeline(columns=[column.as_config() for column in infer_columns(sample)], exact_lengths=True)
