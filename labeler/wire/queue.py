"""What comes in and goes out about the queue."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.labels import Key, LabelOut, SkipOut
from labeler.wire.standings import Feedback, TrainingProgress

Limit = Literal["day", "in_all", "skills", "assigned"]
LIMIT: Any = Field(
    None,
    description="Why there are no further items: they have answered as many as they do in a `day` or `in_all`, or what "
    "is left asks for other `skills`, or, to who gets only what is `assigned` to them, is not.",
)


class NextIn(In):
    n: Annotated[int, Field(ge=1, le=50, description="How many items to hold.")] = 1
    keep: list[Key] | None = Field(
        None,
        max_length=50,
        description="Keys of the items to go on holding. The others that you hold go back, so that what you get "
        "follows the newest order of the queue.",
    )


class ReleaseIn(In):
    lease_tokens: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)]


class Lease(BaseModel):
    token: str
    expires_at: datetime


class QueueItem(BaseModel):
    key: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    lease: Lease
    suggestion: dict[str, Any] | None = None
    campaign: int | None = Field(None, description="The campaign that asks for this item again.")
    note: str | None = Field(None, description="What a reviewer said when they asked for it again.")
    training: bool = Field(False, description="An item of your training: the answer to yours says what is right.")


class NextOut(BaseModel):
    items: list[QueueItem]
    guideline_version: int | None
    remaining: int = Field(description="Items that still need a label; counted every few seconds.")
    limit: Limit | None = LIMIT
    training: TrainingProgress | None = Field(None, description="How far you are, while you are in training.")


class _AndNext(BaseModel):
    items: list[QueueItem] | None = None
    remaining: int | None = None
    limit: Limit | None = LIMIT
    acknowledge: int | None = Field(None, description="A new guideline version to acknowledge before going on.")
    stopped: str | None = Field(None, description="Why you get no more items, and whom to ask.")
    training: TrainingProgress | None = Field(
        None, description="How far you are with your training; with its last answer, how it went."
    )


class LabelAnswer(_AndNext):
    label: LabelOut
    feedback: Feedback | None = Field(None, description="What was right, of an item of your training.")


class SkipAnswer(_AndNext):
    skip: SkipOut


class FlagAnswer(_AndNext):
    flag: SkipOut


class UndoneLabel(BaseModel):
    label: LabelOut
    item: QueueItem | None


class Undone(BaseModel):
    item: QueueItem | None


class LabelsRecorded(BaseModel):
    labels: list[LabelOut]
