"""What comes in and goes out about items."""

from typing import Any

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.imports import Balance, LabelCount, Plan

MAX_KEY = 200
"""Characters of an item's key."""


class RowError(BaseModel):
    row: int
    field: str
    reason: str


class AddResult(BaseModel):
    """Taken, already there, repeated and refused are all rows together."""

    taken: int
    already_there: int
    repeated: int = Field(0, description="Rows whose key an earlier row of the same file or request brought.")
    refused: int
    errors: list[RowError] = Field(description="The first thousand refused rows.")
    notes: list[RowError] = Field(
        default_factory=list, description="The first thousand rows and labels that were not taken as they are, and why."
    )
    balance: Balance = Field(default_factory=Balance)


class ImportResult(AddResult):
    """What the job of an import comes to."""

    rows: int
    dry_run: bool = False
    plan: Plan | None = None


class Preview(BaseModel):
    format: str
    encoding: str | None
    delimiter: str | None
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    mapping: dict[str, Any]
    labels_found: list[str]
    label_counts: list[LabelCount] = Field(
        default_factory=list, description="The labels of the first thousand rows, the most frequent first."
    )
    content: str = Field(description="The kind of content that the columns hold.")
    task: dict[str, Any] | None = Field(
        description="The question that the labels look like answers of: type, and its schema; none without labels."
    )
    warnings: list[str]
    plan: Plan
    rows_read: int = Field(0, description="The rows that were looked at, a thousand at most.")
    rows_follow: bool = Field(False, description="Whether more rows follow these, as far as is known.")
    refused: list[RowError] = Field(
        default_factory=list, description="Of the rows that were looked at, those that can't be taken, and why."
    )
    balance: Balance | None = Field(description="Of the first thousand rows, where the project is known.")
    elsewhere: int = Field(
        0, description="Of these rows, those whose content is in the project already, under another key."
    )


class GivenLabelIn(In):
    """A label that is known already. labeler: who gave it, if it was not the sender."""

    value: Any
    labeler: str | None = Field(None, min_length=1, max_length=200)


class GivenPrediction(In):
    """What a model elsewhere predicts: a suggestion, never a label."""

    value: Any
    score: float | None = None
    model: str | None = Field(None, min_length=1, max_length=200)


class ItemIn(In):
    """`text`, or `fields` for a row of a table."""

    key: str | None = Field(None, max_length=MAX_KEY, description="Your own stable id; default: a hash of the content.")
    text: str | None = Field(None, examples=["WINNER!! You have been selected for a prize"])
    fields: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    split: str | None = Field(None, description="train or holdout; default: drawn at random.")
    label: Any = Field(None, description="A label that is known already.")
    labels: list[GivenLabelIn] | None = Field(None, description="Labels that are known already, with who gave them.")
    predictions: list[GivenPrediction] | None = None
