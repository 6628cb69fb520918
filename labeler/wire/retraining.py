"""When the live model is challenged, and what came of it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In

Cause = Literal["labels", "time", "drift", "asked"]
Outcome = Literal["replaced", "better", "unclear", "worse", "unmet", "trying", "unknown"]
PipelineOutcome = Literal["identical", "differs", "failed"]


class Retraining(In):
    """When the newest model is held against the live one, on the same holdout items, and what follows."""

    after_labels: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="New labels after which the live model is challenged; none: never."),
    ] = 100
    after_days: Annotated[
        int | None,
        Field(ge=1, le=365, description="Days after which it is challenged, however few labels came; none: never."),
    ] = 30
    on_drift: Annotated[
        bool,
        Field(description="Train, and challenge it, when new items are unlike those that it learned from."),
    ] = True
    replace: Annotated[
        bool,
        Field(
            description="Let a challenger go live by itself where it is surely better (the whole 95 % interval of the "
            "difference) and holds all that is required. Otherwise people are told, and decide."
        ),
    ] = False
    test_at: Annotated[
        int | None,
        Field(
            ge=0,
            le=23,
            description="Hour (UTC) at which the pipeline is tested each night: the live model is trained again from "
            "the items of its dataset version, and each prediction compared. None: never.",
        ),
    ] = None


class Challenge(BaseModel):
    """The newest model held against the live one, item by item on the holdout items that both know."""

    champion: int = Field(description="The model that was live.")
    challenger: int
    at: datetime
    cause: Cause = Field(description="Why it was due: labels, time, drift; or somebody asked.")
    outcome: Outcome = Field(
        description="replaced: the challenger went live; better: it is, and people decide; unclear: the interval "
        "allows both; worse: the champion is better; unmet: it is better and does not hold what is required; trying: "
        "it is better, and people are trying a model out; unknown: no holdout item that both know has an answer."
    )
    items: int
    better: int = Field(description="Items on which the challenger is closer to people's answer.")
    worse: int
    difference: float = Field(description="(better - worse) / items, with its 95 % interval.")
    low: float
    high: float
    unmet: list[str] = Field(description="What is required and is not known to hold.")


class PipelineTest(BaseModel):
    """A model trained again from the raw items of its dataset version, every prediction compared."""

    model: int
    dataset: str
    at: datetime
    nightly: bool = Field(description="Else somebody asked for it.")
    outcome: PipelineOutcome = Field(
        description="identical; differs: it ran, and predictions are others; failed: it did not come to its end."
    )
    compared: int
    max_difference: float | None = Field(description="Between two probabilities of an item; none: not known.")
    metric: str | None
    then: float | None = Field(description="The metric on the holdout when the model was first trained.")
    now: float | None
    served: int = Field(
        0,
        description="Random items that the model was asked about from its file, as programs ask it, beside what it "
        "said of them when it was trained: training and use may read items differently (skew).",
    )
    served_differ: int = Field(0, description="Of these, those of which it says something else.")
    served_difference: float | None = Field(None, description="The largest difference between two probabilities.")
    seconds: float
    changed: list[str] = Field(description="Packages that are another version now, as name old → new.")
    error: str


class Due(BaseModel):
    """How far away the next challenge is."""

    labels: int | None = Field(description="Labels that are still missing; none: not by labels.")
    at: datetime | None = Field(description="When it is challenged at the latest; none: not by time.")


class RetrainingState(BaseModel):
    policy: Retraining
    live: int | None
    challenger: int | None = Field(description="The newest model that is newer than the live one and could go live.")
    due: Due | None = Field(description="None while no model is live.")
    challenges: list[Challenge] = Field(description="The newest first.")
    tests: list[PipelineTest] = Field(description="The newest first.")
