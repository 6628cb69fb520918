"""What shadows say, and what labels that came later say of models."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from labeler.wire.quality import Figure


class SaidOtherwise(BaseModel):
    """One answer that was given, and what the shadow says instead."""

    live: Any
    shadow: Any
    items: int


class Differs(BaseModel):
    """An item of which a shadow says something else."""

    key: str | None
    content: Any
    live: Any = Field(description="What was answered.")
    live_model: int = Field(description="The model that answered: the live one, or a canary.")
    shadow: Any
    at: datetime


class ShadowOut(BaseModel):
    """A model that is asked what the others are asked, and whose answers nobody gets."""

    model: int
    since: datetime
    items: int = Field(description="That it was asked about since, a random sample of what was asked.")
    same: Figure = Field(description="The share of which it says the same as was answered.")
    failed: int = Field(description="Items of which it could say nothing.")
    ms_per_item: float | None = Field(description="In batches, beside other work.")
    otherwise: list[SaidOtherwise] = Field(description="What it says instead, most often first.")
    differs: list[Differs] = Field(description="The newest items of which it says something else.")


class LaterLabels(BaseModel):
    """How often a model was right on items that were first answered after it had answered them."""

    model: int
    stage: str
    items: int
    right: Figure = Field(description="The same answer as people's.")
    holdout_metric: str | None = Field(description="The metric that decides.")
    holdout: dict[str, Any] | None = Field(description="Its figure on the holdout: value, low, high, n.")
