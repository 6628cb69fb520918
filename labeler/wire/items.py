"""What comes in and goes out about items."""

from typing import Any

from pydantic import BaseModel, Field

from labeler.wire.base import In

MAX_KEY = 200
"""Characters of an item's key."""


class RowError(BaseModel):
    row: int
    field: str
    reason: str


class AddResult(BaseModel):
    taken: int
    already_there: int
    refused: int
    errors: list[RowError] = Field(description="The first thousand refused rows.")


class ImportResult(AddResult):
    """What the job of an import comes to."""

    rows: int


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


class ItemIn(In):
    """`text`, or `fields` for a row of a table."""

    key: str | None = Field(None, max_length=MAX_KEY, description="Your own stable id; default: a hash of the content.")
    text: str | None = Field(None, examples=["WINNER!! You have been selected for a prize"])
    fields: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    split: str | None = Field(None, description="train or holdout; default: drawn at random.")
    label: Any = Field(None, description="A label that is known already.")
