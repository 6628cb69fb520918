"""What goes out about the state of a project."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class ItemOut(BaseModel):
    key: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    split: str
    created_at: datetime
    labels: list[dict[str, Any]]
    flags_open: int
    prediction: dict[str, Any] | None


class HistoryEntry(BaseModel):
    kind: str
    at: datetime
    labeler: dict[str, Any]
    value: Any = None
    reason: str | None = None
    note: str | None = None
    guideline_version: int | None = None
    source: str | None = None


class CurvePoint(BaseModel):
    model: int
    labels: int
    trained_on: int
    holdout_size: int
    created_at: datetime
    accuracy: dict[str, Any] | None
    macro_f1: dict[str, Any] | None
    baseline: dict[str, Any] | None


class Curve(BaseModel):
    points: list[CurvePoint]
    forecast: list[dict[str, Any]] = Field(
        default_factory=list, description="Where the curve leads: labels, value, low, high (95 % interval)."
    )


class ItemCounts(BaseModel):
    total: int
    labeled: int
    unlabeled: int
    holdout: int
    holdout_labeled: int
    flags_open: int
    skipped: int


class LabelCounts(BaseModel):
    total: int
    mine: int
    today: int
    mine_today: int
    by_label: dict[str, int]
    by_labeler: list[dict[str, Any]]
    per_day: list[dict[str, Any]]


class StopOut(BaseModel):
    """Whether more labels are worth it. gain: what 100 more would add to the accuracy, with its interval."""

    advice: str
    reason: str
    gain: dict[str, Any] | None = None
    labels_to_target: dict[str, Any] | None = None
    hours_to_target: float | None = None
    finding: dict[str, Any] | None = Field(
        None, description="While all items of a label are searched for: found, left and recall, with 95 % intervals."
    )


class ProgressOut(BaseModel):
    items: ItemCounts
    labels: LabelCounts
    pace: dict[str, float] | None
    estimate: dict[str, float] | None
    model: dict[str, Any] | None
    training: dict[str, Any]
    stop: StopOut
