"""What comes in and goes out about models."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.kit.web import In


class DatasetTie(BaseModel):
    version: int
    tag: str


class ModelOut(BaseModel):
    number: int
    stage: str
    created_at: datetime
    dataset: DatasetTie
    trained_on: int
    holdout_size: int
    labels_seen: int
    metrics: dict[str, Any] | None = Field(description="Measured on the holdout; none while it has no labels.")
    baselines: dict[str, Any] | None
    config: dict[str, Any]
    packages: dict[str, Any]
    code_revision: str
    sha256: str
    duration_s: float
    stop: dict[str, Any] | None
    artifacts: bool = Field(description="Whether its files are here; pruned ones can be reproduced.")


class StageIn(In):
    stage: Literal["candidate", "live", "retired"]
    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class PredictItem(In):
    key: str | None = Field(None, max_length=200, description="Comes back with the prediction.")
    text: str | None = None
    fields: dict[str, Any] | None = None


class PredictIn(In):
    items: Annotated[list[PredictItem], Field(min_length=1, max_length=1000)]


class Prediction(BaseModel):
    key: str | None = None
    value: str
    proba: dict[str, float]


class PredictOut(BaseModel):
    model: int
    dataset: str
    predictions: list[Prediction]
