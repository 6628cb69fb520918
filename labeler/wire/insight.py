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
    labels: list[dict[str, Any]] = Field(description="The current label of everybody, oldest first.")
    answer: dict[str, Any] | None = Field(
        description="What the labels that count come to: value, confidence (their share of agreement), method."
    )
    flags_open: int
    prediction: dict[str, Any] | None = Field(description="The newest model's: value, proba, model.")


class HistoryEntry(BaseModel):
    kind: str
    at: datetime
    labeler: dict[str, Any]
    value: Any = None
    reason: str | None = None
    note: str | None = None
    guideline_version: int | None = None
    source: str | None = None
    schema_version: int | None = None


class CurvePoint(BaseModel):
    model: int
    labels: int
    trained_on: int
    holdout_size: int
    created_at: datetime
    metrics: dict[str, Any] = Field(description="On the holdout, by name; see GET /metrics.")
    baseline: dict[str, Any] = Field(description="The same of always giving the most common answer.")


class Curve(BaseModel):
    primary: str = Field(description="The metric that models are compared by.")
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
    by_label: dict[str, int] = Field(description="Answers with each label, or of each number of the scale.")
    by_labeler: list[dict[str, Any]]
    per_day: list[dict[str, Any]]


class StopOut(BaseModel):
    """Whether more labels are worth it. gain: what 100 more would add to the score, with its interval."""

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
