"""What the order of the queue has saved."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from labeler.wire.quality import Figure

Why = Literal["no_model", "not_counted", "few_holdout", "few_labels", "no_metric", "nothing_learned"]
Verdict = Literal["saves", "costs", "cant_tell"]


class CurveOfQueue(BaseModel):
    """A model of the queue's first labels."""

    labels: int
    score: float


class Saved(BaseModel):
    """labels that need not be given, below 0: more than in a random order; hours and money that these would have
    taken."""

    labels: Figure
    hours: Figure
    money: Figure


class Savings(BaseModel):
    """As many labels in the queue's order as teach what labels drawn at random do: models of both, judged by the same
    holdout items."""

    model: int | None = Field(description="The newest model that it was counted with.")
    at: datetime | None
    why: Why | None = Field(
        description="Why nothing is known. few_holdout: fewer than 40 holdout items are labeled; few_labels: the queue "
        "chose fewer than 40 of the labels; nothing_learned: half of the holdout, or the first labels, teach nothing."
    )
    more: int | None = Field(description="How many more labels of holdout items, or of the queue, it takes.")
    is_older: bool = Field(description="Whether a model learned since.")
    metric: str | None
    score: float | None = Field(description="Of models that learned from the random labels, by the metric.")
    drawn: int | None = Field(description="Labels drawn at random: half of the labeled holdout.")
    needed: Figure = Field(
        description="Labels in the queue's order until a model is as good. No value: it is not, with as many as were "
        "followed; no upper end: it may not be."
    )
    followed: int | None = Field(description="Labels of the queue's order that were looked at.")
    curve: list[CurveOfQueue]
    verdict: Verdict | None = Field(description="By the whole interval.")
    saved: Saved | None = Field(description="Of the random labels, up to their number: nothing is extrapolated.")
    ordered: int | None = Field(description="Labels that the queue chose.")
    so_far: Saved | None = Field(
        description="If the queue's other labels saved at the same rate: an assumption, the interval is that of the "
        "rate alone."
    )
    took_ms: int | None
