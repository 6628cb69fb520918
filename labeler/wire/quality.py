"""What goes out about answers: what the labels of an item come to."""

from typing import Any

from pydantic import BaseModel, Field


class AnswerOut(BaseModel):
    """What the labels of an item come to."""

    value: Any
    confidence: float = Field(description="Share of the labels behind it that agree.")
    method: str


class AnswerLabel(BaseModel):
    """A label behind an answer, as it was given. labeler: their name."""

    labeler: str
    kind: str
    value: Any
    guideline_version: int | None
    schema_version: int


class AnswerRow(AnswerOut):
    """A line of GET /answers: the answer in force of one item."""

    item_key: str
    labels: list[AnswerLabel]
