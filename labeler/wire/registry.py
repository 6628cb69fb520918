"""What comes in and goes out about models."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from labeler.wire.base import In
from labeler.wire.requirements import ConditionOut
from labeler.wire.slices import SliceScore
from labeler.wire.test_cases import CaseRun


class SoundnessOut(BaseModel):
    """Whether a model's numbers are numbers, as its training saw them."""

    weights: int
    broken_weights: int = Field(description="Of these not finite.")
    norm: float | None = Field(description="Euclidean, of the weights of linear models; none: it has none.")
    norm_before: float | None = Field(
        None, description="Of the model before, if that is alike in kind and hyperparameters."
    )
    probabilities: int
    broken_probabilities: int = Field(description="Of these not finite: with any it may not answer.")
    exploded: bool = Field(False, description="The norm is more than ten times that of the model before.")


class DatasetTie(BaseModel):
    version: int
    tag: str


class ModelOut(BaseModel):
    number: int
    stage: str = Field(
        description="candidate, shadow (asked unseen), canary (answers a share of the items), live, retired."
    )
    share: float | None = Field(None, description="Of a canary: which share of the items it answers.")
    stage_since: datetime = Field(description="When it came to this stage; of a new candidate, when it was made.")
    stage_by: str | None = Field(description="Who moved it there; none while it stands where its training put it.")
    stage_reason: str = Field(description="Why, in that person's words.")
    overridden: list[ConditionOut] = Field(
        default_factory=list,
        description="Of a live model: what it was not known to hold when it went live all the same, as it stood then.",
    )
    overridden_test_cases: list[CaseRun] = Field(
        default_factory=list, description="The same of test cases that it had to pass."
    )
    created_at: datetime
    dataset: DatasetTie
    trained_on: int
    holdout_size: int
    labels_seen: int
    report: dict[str, Any] | None = Field(
        description="Measured on the holdout, none while it has no labels: primary (a metric's name), metrics (by "
        "name, with 95 % intervals), views (confusion, per_label, ...), training (the task's "
        "own metric on what it learned from)."
    )
    metrics: dict[str, Any] | None = Field(description="The report's metrics.")
    baselines: dict[str, dict[str, Any]] | None = Field(description="What it has to beat: each one's metrics by name.")
    config: dict[str, Any]
    packages: dict[str, Any] = Field(description="Versions that it was trained with.")
    packages_now: dict[str, str | None] = Field(
        default_factory=dict, description="Versions of the same that are installed where the service runs."
    )
    soundness: SoundnessOut | None = Field(None, description="None: trained before it was looked at.")
    code_revision: str
    sha256: str
    duration_s: float
    stop: dict[str, Any] | None
    cost: dict[str, Any] | None = Field(
        None, description="p95_ms and memory_mb, where a condition asks for them: value, low, high, n."
    )
    requirements: list[ConditionOut] = Field(
        default_factory=list, description="How it stands to each condition of the project, in their order."
    )
    test_cases: list[CaseRun] = Field(
        default_factory=list, description="How it stands to each test case, those that fail first."
    )
    slices: list[SliceScore] = Field(
        default_factory=list, description="How it does on each slice, the worst first, those without a figure last."
    )
    artifacts: bool = Field(description="Whether its files are here; pruned ones can be reproduced.")


class StageIn(In):
    stage: Literal["candidate", "shadow", "canary", "live", "retired"]
    share: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="Of a canary: the share of the items that it answers, 0.05 where nothing is said."
    )
    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    override: bool = Field(
        False, description="Let it answer though it does not meet what is required: with a reason, and on record."
    )

    @model_validator(mode="after")
    def _share_is_of_a_canary(self) -> Self:
        if self.share is not None and self.stage != "canary":
            raise ValueError("share belongs to the stage canary")
        return self


class Rollback(BaseModel):
    """What rolling back would do."""

    model: int | None = Field(description="The model that would be live again; none: no other one ever was.")


class PredictItem(In):
    """An item as it is added, without label and split: its content, and a key if it has one."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=False)

    key: str | None = Field(None, max_length=200, description="Comes back with the prediction.")
    text: str | None = None
    fields: dict[str, Any] | None = None


class PredictIn(In):
    items: Annotated[list[PredictItem], Field(min_length=1, max_length=1000)]


class Prediction(BaseModel):
    key: str | None = None
    value: Any = Field(description="By task type, as in labels.")
    proba: dict[str, float] = Field(description="By label, or by step of the scale.")
    expected: float | None = Field(None, description="Of ratings: the mean of what is likely.")


class Predicted(Prediction):
    """A prediction, and the model that made it."""

    model: int = Field(description="Its number.")
    stage: str = Field(
        "live",
        description="live; canary: a model that is tried out on a share of the items; else that of a pinned one.",
    )


class PinIn(In):
    model: Annotated[int, Field(ge=1, lt=2**31)] = Field(description="Its number.")


class PinOut(BaseModel):
    """A program that asks for one model, whatever is live."""

    model: int
    stage: str = Field(description="Of the model now: what is retired goes on answering who asks for it.")
    token_id: int
    token: str = Field(description="The token's name.")
    name: str = Field(description="Whose token it is.")
    since: datetime


class PredictOut(BaseModel):
    model: int = Field(description="The live model, or the canary where it made all of these.")
    dataset: str = Field(description="The dataset version that it learned from.")
    predictions: list[Predicted]
    notice: str | None = Field(None, description="For who asks for one model: that it is retired, and what is live.")


class Consumer(BaseModel):
    """Who asks a model."""

    name: str = Field(description="Of the account.")
    token: str | None = Field(description="Of the token; none: logged in.")
    requests: int
    items: int
    last_at: datetime


class Speed(BaseModel):
    """How long a model takes this week beside its own four weeks before, else beside what was measured: of requests
    with about as many items, those of which most came."""

    items_from: int = Field(description="Requests of so many items are looked at.")
    items_to: int | None
    requests: int = Field(description="Of the last seven days.")
    p95_ms: float
    low_ms: float
    high_ms: float
    usual_ms: float | None = Field(description="What p95 was before; none: nothing to compare with yet.")
    compared: Literal["weeks", "measured"] | None = Field(
        description="weeks: with the four weeks before, in the same stage; measured: with its measured cost."
    )
    slower: bool = Field(description="Surely at least twice as long and 20 ms longer.")


class ModelUse(BaseModel):
    """What a model was asked since it came to its stage. Counts are written some seconds after the answers."""

    model: int
    stage: str
    share: float | None = Field(description="Of a canary: the share of the items that it answers.")
    since: datetime
    requests: int
    items: int
    failed: int = Field(description="Requests that it could not answer: the live model did.")
    p50_ms: float | None = Field(description="Half of the requests took less; to about 20 %.")
    p95_ms: float | None
    speed: Speed | None = Field(None, description="None: too few requests came this week.")
    consumers: list[Consumer] = Field(description="Who asked most first.")


class Reproduction(BaseModel):
    """What the job of training a model again comes to. max_difference: between its predictions and the first ones."""

    identical: bool
    compared: int
    max_difference: float
    model: int
    dataset: str
