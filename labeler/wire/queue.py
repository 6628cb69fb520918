"""What comes in and goes out about the queue."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.labels import Key, LabelOut, SkipOut


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


class NextOut(BaseModel):
    items: list[QueueItem]
    guideline_version: int | None
    remaining: int = Field(description="Items that still need a label; counted every few seconds.")


class _AndNext(BaseModel):
    items: list[QueueItem] | None = None
    remaining: int | None = None
    acknowledge: int | None = Field(None, description="A new guideline version to acknowledge before going on.")


class LabelAnswer(_AndNext):
    label: LabelOut


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
