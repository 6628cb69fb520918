"""What comes in and goes out about trainings: searches for a model, and scores of one outside."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.items import RowError
from labeler.wire.jobs import JobOut


class TrialOut(BaseModel):
    model: str
    params: dict[str, Any] = Field(description="Hyperparameters that are not at their defaults.")
    log_loss: float
    log_loss_error: float = Field(description="Standard error of the mean over the folds.")
    accuracy: float
    accuracy_error: float
    folds: int
    seconds: float = Field(description="Of one fit, on average.")
    final: bool = Field(description="Whether it met the default on all labels; others were tried on a part of them.")


class SearchOut(BaseModel):
    """Scores are of labels that a strategy chose: they compare models, and say nothing about accuracy on the pool."""

    model: str
    params: dict[str, Any]
    is_default: bool = Field(description="Whether the default was kept.")
    reason: str
    gain: float | None = Field(description="How much lower the challenger's log loss is than the default's.")
    gain_error: float | None
    labels: int
    dataset: str
    seed: int
    trials: list[TrialOut] = Field(description="The finalists first, each part by its log loss.")
    duration_s: float
    created_at: datetime


class SearchState(BaseModel):
    last: SearchOut | None = Field(description="What the last search found.")
    job: JobOut | None = Field(description="The search that waits or runs.")


class ScoreIn(In):
    key: str
    score: Annotated[float | None, Field(ge=0, le=1, description="Higher comes first.")] = None
    proba: dict[str, float] | None = Field(None, description="Probabilities by label: the least certain come first.")


class ScoresResult(BaseModel):
    ranked: int
    refused: int
    errors: list[RowError]
