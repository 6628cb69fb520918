"""What goes out about the state of a project."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import Page
from labeler.wire.labels import ItemLabel, LabelerOut
from labeler.wire.quality import AnswerOut, Figure


class ItemOut(BaseModel):
    key: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    split: str
    created_at: datetime
    labels: list[ItemLabel] = Field(description="The current label of everybody, oldest first.")
    answer: AnswerOut | None = Field(description="What the labels that count come to.")
    flags_open: int
    prediction: dict[str, Any] | None = Field(
        description="The newest model's: value, proba, confidence (how sure it is, from 0 to 1), model."
    )


class ItemPage(Page[ItemOut]):
    total: int | None = Field(
        None, description="How many there are in all, where it was asked for: up to 100,000; none for `model_differs`."
    )


class Mistake(BaseModel):
    """A holdout item on which a model does not say what people said."""

    key: str
    content: dict[str, Any]
    answer: AnswerOut = Field(description="What the labels that count come to now.")
    labels: list[ItemLabel] = Field(description="The current label of everybody, oldest first.")
    prediction: dict[str, Any] = Field(description="The model's: value, proba, model.")


class MistakePair(BaseModel):
    """How many mistakes are of one kind. truth: what people said and the model did not; said: what it said instead.
    Either is none where several labels were missed or added at once."""

    truth: str | None
    said: str | None
    items: int


class MistakePage(Page[Mistake]):
    """Mistakes, those furthest off and surest first."""

    judged: int = Field(description="Holdout items with an answer that the model has seen: the newest 20,000 at most.")
    wrong: int = Field(description="How many of them the model answers otherwise.")
    found: int = Field(description="How many of those were asked for.")
    pairs: list[MistakePair] = Field(description="The kinds of mistakes, the most common first.")


class ModelComparison(BaseModel):
    """A model beside another one, on the same holdout items. better, worse: items on which it is closer to people's
    answer, or further from it. difference: (better - worse) / items, with its 95 % interval."""

    model: int
    other: int
    items: int
    better: int
    worse: int
    difference: float
    low: float
    high: float


class LabelPrevalence(BaseModel):
    """How frequent a label is among all items. in_holdout: labeled holdout items that have it."""

    label: str
    share: Figure
    in_holdout: int


class Prevalence(BaseModel):
    """How frequent each label is in the whole pool, from the holdout, which is a random sample, and what the model says
    of the rest of it. labels: empty while the holdout has fewer than 30 labels."""

    holdout_labels: int
    model: int | None = Field(description="The model whose word narrows the intervals, if one does.")
    items: int
    labels: list[LabelPrevalence]


class AnchoringArm(BaseModel):
    """Labels given beside a suggestion, or without the one there was. as_model: how often they say what the model says.
    judged: of how many it is known what is right; right: how often they are, once there are 30."""

    labels: int
    as_model: Figure
    judged: int
    right: Figure


class LabelShift(BaseModel):
    """How often a label, or number of a scale, was given with a suggestion and without. difference: with an interval
    that holds for all labels at once."""

    label: str
    shown: Figure
    unshown: Figure
    difference: Figure


class Anchoring(BaseModel):
    """How far people follow what is suggested. shown: labels beside a suggestion, whose `as_model` says how often it is
    taken."""

    state: Literal["off", "too_few", "could_be_chance", "told"] = Field(
        description="off: nothing is suggested, or always; too_few: fewer than 30 labels of a kind; could_be_chance: "
        "the difference may be none; told: it is not."
    )
    share: float | None = Field(description="Of the items that came without their suggestion.")
    more: int | None = Field(
        description="About how many more labels until the difference can be told; none where it is too small for that."
    )
    shown: AnchoringArm
    unshown: AnchoringArm
    difference: Figure = Field(description="How much more often people say what the model says because they see it.")
    right_difference: Figure = Field(description="How much more often they are right with the suggestion.")
    labels: list[LabelShift]


class HumanLevel(BaseModel):
    """How well people do at what models do, on holdout items that several labeled: one person's label held against
    what the others say. They may be wrong, too: a lower bound of what is possible."""

    items: int
    labels: int
    metrics: dict[str, Any] = Field(
        description="By name, with their 95 % interval; see GET /metrics. Empty while there are too few labels."
    )


class ComparableItem(BaseModel):
    """A labeled item that is like another. value: what the labels that count come to."""

    key: str
    content: dict[str, Any]
    value: Any


class HistoryEntry(BaseModel):
    kind: str
    at: datetime
    labeler: LabelerOut
    value: Any = None
    reason: str | None = None
    note: str | None = None
    guideline_version: int | None = None
    source: str | None = None
    counts_as: str | None = Field(None, description="Of a label: person, import, bulk, simulated, …")
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
    most: int = Field(0, description="The items outside the holdout: more labels than these can't be learned from.")
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


class LabelerWork(BaseModel):
    """What somebody gave. kind: of the labels; an import is not its importer's work. Pace: breaks left out."""

    labeler_id: int
    name: str
    kind: str
    labels: int
    per_hour: float | None
    seconds_per_label: float | None


class DayCount(BaseModel):
    day: str
    labels: int


class LabelCounts(BaseModel):
    total: int
    mine: int
    today: int
    mine_today: int
    by_label: dict[str, int] = Field(description="Answers with each label, or of each number of the scale.")
    by_labeler: list[LabelerWork]
    per_day: list[DayCount]


class StopOut(BaseModel):
    """Whether more labels are worth it. gain: what 100 more (`labels` of them where fewer are left) would
    add to the score, with its interval."""

    advice: str
    reason: str
    gain: dict[str, Any] | None = None
    labels_to_target: dict[str, Any] | None = None
    hours_to_target: float | None = None
    finding: dict[str, Any] | None = Field(
        None, description="While all items of a label are searched for: found, left and recall, with 95 % intervals."
    )


class ReadingOut(BaseModel):
    """How far the sentence encoder is with the items."""

    state: str
    done: int | None
    of: int | None
    error: str | None


class TrainingOut(BaseModel):
    """Whether a training waits, runs or failed (message: why), and how many labels the next one still needs."""

    state: str
    message: str
    job_id: int | None
    labels_until_next: int
    reading: ReadingOut | None


class ModelSummary(BaseModel):
    """The newest model. sees: what it knows of the items. score: of the metric that decides."""

    number: int
    stage: str
    primary: str | None
    score: dict[str, Any] | None
    guess: dict[str, Any] | None = Field(
        None, description="The same metric for always giving the most common answer, on the same holdout items."
    )
    metrics: dict[str, Any]
    holdout_size: int
    sees: str


class ProgressOut(BaseModel):
    items: ItemCounts
    labels: LabelCounts
    pace: dict[str, float] | None
    estimate: dict[str, float] | None
    model: ModelSummary | None
    training: TrainingOut
    stop: StopOut
