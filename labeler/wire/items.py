"""What comes in and goes out about items."""

from typing import Any

from pydantic import BaseModel, Field


class RowError(BaseModel):
    row: int
    field: str
    reason: str


class AddResult(BaseModel):
    taken: int
    already_there: int
    refused: int
    errors: list[RowError] = Field(description="The first thousand refused rows.")


class Preview(BaseModel):
    format: str
    encoding: str | None
    delimiter: str | None
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    mapping: dict[str, Any]
    labels_found: list[str]
    content: str = Field(description="The kind of content that the columns hold.")
    task: dict[str, Any] | None = Field(
        description="The question that the labels look like answers of: type, and its schema; none without labels."
    )
    warnings: list[str]
