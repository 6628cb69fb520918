"""What comes in and goes out about labels, skips and hard flags."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from labeler.wire.base import In
from labeler.wire.items import MAX_KEY
from labeler.wire.projects import Reason

Key = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY, strip_whitespace=False, pattern=r"^[^\x00]*$")]
Once = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Note = Annotated[str, Field(max_length=5000, pattern=r"^[^\x00]*$")]
Version = Annotated[int, Field(ge=1, lt=2**31)]


class Hard(In):
    reason: Reason
    note: Note = ""


class _Answer(In):
    item_key: Key
    idempotency_key: Once | None = None
    lease_token: Annotated[str, Field(max_length=64)] | None = None
    guideline_version: Version | None = Field(
        None, description="The version that was read; default: the acknowledged one."
    )


class LabelIn(_Answer):
    value: Any = Field(
        description="By task type. One label: its name. Several: a list of labels, also empty. A rating: a number "
        "of the scale.",
        examples=["spam"],
    )
    schema_version: Version | None = Field(
        None, description="The version of the label schema that the labeler saw; default: the newest."
    )
    elapsed_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    hard: Hard | None = None


class LabelAndNext(LabelIn):
    next: Annotated[int, Field(ge=0, le=50, description="How many items to hold afterwards.")] = 0


class SkipIn(_Answer):
    reason: Reason
    note: Note = ""
    next: Annotated[int, Field(ge=0, le=50)] = 0


class FlagIn(SkipIn):
    pass


class LabelerOut(BaseModel):
    id: int
    name: str
    kind: str


class LabelOut(BaseModel):
    id: int
    item_key: str
    value: Any
    labeler: LabelerOut
    guideline_version: int | None
    schema_version: int
    source: str
    created_at: datetime
    supersedes: int | None


class ItemLabel(BaseModel):
    """The current label of one labeler on an item. value: as the newest schema reads it."""

    id: int
    value: Any
    labeler: LabelerOut
    kind: str = Field(description="What kind of labeler gave it; an import's is not the person's who imported.")
    guideline_version: int | None
    schema_version: int
    created_at: datetime
    source: str


class SkipOut(BaseModel):
    id: int
    item_key: str
    reason: str
    note: str
    created_at: datetime


class Resolution(BaseModel):
    note: str
    by: str
    at: datetime


class FlagOut(BaseModel):
    id: int
    item_key: str
    content: dict[str, Any]
    reason: str
    note: str
    labeler: LabelerOut
    guideline_version: int | None
    created_at: datetime
    state: str
    resolution: Resolution | None
    labels: list[ItemLabel]
    prediction: dict[str, Any] | None = None


class OwnAnswer(BaseModel):
    """What one said about an item and that stands. kind: label, skip or flag (hard, without a label)."""

    kind: Literal["label", "skip", "flag"]
    id: int
    item_key: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    value: Any = Field(None, description="The label, as the newest schema reads it.")
    reason: str | None = Field(None, description="Of a skip or a hard flag, also of one that goes with the label.")
    note: str | None = None
    created_at: datetime


class OwnFlag(BaseModel):
    """A hard flag of one's own that somebody decided. value: how they labeled the item, if they did."""

    id: int
    item_key: str
    content: dict[str, Any]
    reason: str
    note: str
    created_at: datetime
    resolution: Resolution
    value: Any = None


class ResolveFlag(In):
    note: Note = ""
    value: Any = Field(None, description="Also label the item with this.")
    rule: Note = Field("", description="A rule that follows from it: it goes into the draft of the guideline.")
    example: bool = Field(False, description="Put the item there, too, as the rule's example.")


class LabelRow(BaseModel):
    """A line of GET /labels: one entry of the history, corrections and undos included."""

    cursor: str = Field(description="Go on after this one with `since`.")
    id: int
    item_key: str
    value: Any = Field(description="As the newest schema reads it; null: taken back.")
    given: Any = Field(None, description="As it was given, where that is something else.")
    labeler: LabelerOut
    kind: str
    source: str
    pick: dict[str, Any] | None = Field(description="How the item was chosen.")
    guideline_version: int | None
    schema_version: int
    elapsed_ms: int | None
    supersedes: int | None
    created_at: datetime
