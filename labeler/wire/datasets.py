"""What comes in and goes out about dataset versions."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.guidelines import DiffRow


class SnapshotIn(In):
    message: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$", examples=["first thousand"])] = ""


class DatasetOut(BaseModel):
    version: int
    tag: str
    message: str
    created_at: datetime
    created_by: str | None
    git_commit: str
    dvc_hash: str
    content_hash: str
    counts: dict[str, Any]
    guideline_version: int | None
    schema_version: int
    repository: str
    size_bytes: int
    new_bytes: int
    pushed: bool | None = Field(description="Whether the remotes have it; null where the service has none.")
    models: list[int]


class LabelChange(BaseModel):
    key: str
    preview: str = Field("", description="What tells the item from others, in a line.")
    a: Any
    b: Any


class LabelsDiff(BaseModel):
    added: int
    changed: int
    removed: int
    examples: list[LabelChange]


class LabelBalance(BaseModel):
    label: str
    a: int
    b: int


class DatasetDiff(BaseModel):
    a: int
    b: int
    items: dict[str, int]
    labels: LabelsDiff
    agreement: float | None = Field(description="Share of items labeled in both whose consensus is the same.")
    balance: list[LabelBalance]
    guideline_changed: bool
    guideline_rows: list[DiffRow]
