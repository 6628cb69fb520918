"""What a model must come to: one metric to lead with, and conditions that only have to hold."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In

OF_LABELS = ("precision", "recall")
"""Metrics of one label: a condition on them names it."""
AGE = "age_days"
"""How long ago a model was made: no figure of the holdout, known exactly."""
COSTS = ("p95_ms", "memory_mb")
"""What a model costs who asks it: measured in a process of its own where a condition is about it."""
WHEN_SURE = ("coverage", "right_when_sure")
"""Metrics of the items that a model is sure of: a condition on them says how sure (`at`)."""
ConditionState = Literal["holds", "open", "fails", "unknown"]
Bound = Annotated[float, Field(ge=-1e9, le=1e9)]


class Condition(In):
    """One figure and what it must at least, or at most, be."""

    metric: Annotated[
        str,
        Field(
            max_length=64,
            description="See GET /metrics; or precision or recall of a label; or coverage, the share of items that it "
            "is sure of, or right_when_sure, the share of those that is exactly right (see `at`); or age_days, the "
            "days since the model was made; or p95_ms, what 95 of 100 single predictions take at most; or memory_mb, "
            "what it adds to a process.",
        ),
    ]
    label: Annotated[str | None, Field(max_length=100, description="Of precision and recall: whose.")] = None
    at: Annotated[
        float | None,
        Field(ge=0.01, le=0.99, description="Of coverage and right_when_sure: from which confidence on it is sure."),
    ] = None
    min: Bound | None = None
    max: Bound | None = None
    slice: Annotated[
        str | None, Field(max_length=100, description="The slice that it is measured on; none: the whole holdout.")
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> "Condition":
        if (self.min is None) == (self.max is None):
            raise ValueError("give min or max")
        if (self.label is not None) != (self.metric in OF_LABELS):
            raise ValueError("label: name it for precision and recall, and for nothing else")
        if (self.at is not None) != (self.metric in WHEN_SURE):
            raise ValueError(f"at: say it for {' and '.join(WHEN_SURE)}, and for nothing else")
        if self.at is not None and abs(self.at * 100 - round(self.at * 100)) > 1e-9:
            raise ValueError("at: a confidence in hundredths, such as 0.9 or 0.95")
        if self.slice is not None and (self.label is not None or self.metric in (AGE, *COSTS, *WHEN_SURE)):
            raise ValueError("slice: only metrics of GET /metrics are measured on slices")
        return self


class Requirements(In):
    """conditions: a model must hold all of them before it goes live."""

    optimize: Annotated[
        str | None, Field(max_length=64, description="The metric that pages lead with; none: that of the task type.")
    ] = None
    conditions: Annotated[list[Condition], Field(max_length=50)] = Field(default_factory=list)


def name_of(one: "Condition | ConditionOut") -> str:
    """What a condition is about: "recall of spam"."""
    name = one.metric if one.label is None else f"{one.metric} of {one.label}"
    name = name if one.at is None else f"{name} at {one.at:g}"
    return name if one.slice is None else f'{name} on slice "{one.slice}"'


def wanted_of(one: "Condition | ConditionOut") -> str:
    """The bound in words: "at least 0.9"."""
    return f"at least {one.min:g}" if one.min is not None else f"at most {one.max:g}"


class ConditionOut(BaseModel):
    """How a model stands to a condition. The 95 % interval decides, never the figure alone."""

    metric: str
    label: str | None
    at: float | None = None
    min: float | None
    max: float | None
    slice: str | None = None
    state: ConditionState = Field(
        description="holds, fails: the whole interval says so; open: it allows both; unknown: nothing was measured."
    )
    value: float | None
    low: float | None
    high: float | None
    n: int = Field(description="Holdout items behind it.")
    more: int | None = Field(
        None, description="Of an open one: about how many more of them tell, if the figure stays as it is."
    )
    gone: bool = Field(False, description="The metric or label is not there any more: change the condition.")
