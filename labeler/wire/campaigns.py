"""What comes in and goes out about campaigns: items that are labeled again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.labels import Key, LabelerOut, Version
from labeler.wire.quality import Figure

MOST_KEYS = 10_000
LabelName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
UserId = Annotated[int, Field(ge=1, lt=2**62)]
Labels = Annotated[list[LabelName], Field(min_length=1, max_length=100)]
Keys = Annotated[list[Key], Field(min_length=1, max_length=MOST_KEYS)]
State = Literal["starting", "running", "ended", "cancelled"]


class Selection(In):
    """Which answered items are asked again: those that everything given here is true of."""

    label: LabelName | Labels | None = Field(None, description="Items whose answer has this label, or one of these.")
    labeler: UserId | None = Field(None, description="Items that this person labeled.")
    guideline_version: Version | None = Field(None, description="Items with a label made under this version.")
    guideline_before: Version | None = Field(
        None, description="Items with a label made under an earlier version than this one, or under none."
    )
    schema_version: Version | None = Field(None, description="Items with a label given in this version of the schema.")
    flagged: Literal[True] | None = Field(None, description="Items with an open flag.")
    disagreeing: Literal[True] | None = Field(None, description="Items whose labels do not agree.")
    keys: Keys | None = Field(None, description="Items with these keys, in this order.")
    comparable_to: Key | None = Field(
        None, description="Items like this one, nearest first, found by the newest model's features."
    )
    nearest: Annotated[int, Field(ge=1, le=1_000)] = Field(100, description="How many are comparable.")
    model_disagrees: Literal[True] | None = Field(
        None, description="Items of which the newest model says something else than their answer."
    )
    all: Literal[True] | None = Field(None, description="All items that have an answer.")

    @model_validator(mode="after")
    def _selects(self) -> "Selection":
        if not self.model_dump(exclude_none=True, exclude={"nearest"}):
            raise ValueError("select: say which items: a label, a labeler, a version, keys, ..., or all")
        return self


class CampaignIn(In):
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] = Field(
        examples=["Free delivery is no spam"]
    )
    select: Selection
    to: Literal["same", "others"] | Annotated[list[UserId], Field(min_length=1, max_length=500)] = Field(
        "same",
        description="`same`: who labeled an item labels it again, and the new label supersedes the old. `others`: one "
        "person who did not label it, whose label counts beside the old. Ids: one of these people.",
    )
    blind: bool = Field(True, description="Nobody is shown the old answer. False: it is the suggestion.")
    dry_run: bool = Field(False, description="Only say what it would ask, of whom, and for how long.")


class LabelsOf(BaseModel):
    """Labels of one person."""

    labeler: LabelerOut
    labels: int


class CampaignPlan(BaseModel):
    """What a campaign would ask."""

    items: int
    labels: int = Field(description="Labels that are asked for: of `same` one for each person and item.")
    unasked: int = Field(description="Items that nobody can be asked about: all who are asked have labeled them.")
    of: list[LabelsOf] = Field(description="Whose labels are asked about, most first.")
    people: list[LabelerOut] = Field(description="Who is asked.")
    seconds: float | None = Field(description="Median seconds of a label here; null while too few were timed.")
    hours: float | None = Field(description="Hours of work in all.")
    hours_between: tuple[float, float] | None = Field(
        None, description="The same at the pace of the quicker and of the slower labels: their quartiles."
    )


class CampaignWork(BaseModel):
    """How far one person is: what they answered, and what only they are asked."""

    labeler: LabelerOut
    done: int
    left: int


class CampaignOut(BaseModel):
    id: int
    name: str
    state: State = Field(
        description="`starting`: what is asked is being written; since `started_at`, what is written is asked."
    )
    select: Selection
    to: Literal["same", "others"] | list[int]
    blind: bool
    guideline_version: int | None = Field(description="In force when it began.")
    schema_version: int
    items: int
    labels: int = Field(description="Labels that are asked for; while it starts, those that are written.")
    unasked: int
    done: int
    left: int
    gone: int = Field(description="Asked for, but their items were removed meanwhile.")
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None = Field(description="Null: it ended by itself, or runs.")


class AnswerChange(BaseModel):
    """Answers with one label before, and what they are now."""

    before: Any
    now: Any
    labels: int


class ChangedShare(BaseModel):
    """How often an answer is another one now."""

    answered: int
    changed: int
    share: Figure = Field(description="The share that changed, with Wilson's interval.")


class LabelerChanged(ChangedShare):
    labeler: LabelerOut


class LabelChanged(ChangedShare):
    label: str


class ModelEffect(BaseModel):
    """A model's score on the holdout; null where it has none."""

    number: int
    metric: str | None
    value: float | None
    low: float | None
    high: float | None


class LikelyLabel(BaseModel):
    """Items of a split that look like one of the new labels, and what people said of them."""

    label: str
    items: int
    answered: int
    same: int = Field(description="Answered with this very label.")


class CampaignReport(BaseModel):
    """Old answers against new ones."""

    total: ChangedShare
    changes: list[AnswerChange] = Field(description="Before and now, most frequent first, 200 at most.")
    by_label: list[LabelChanged] = Field(description="By the label before.")
    by_labeler: list[LabelerChanged] = Field(description="By who answered now.")
    of: list[LabelerChanged] = Field(description="By whose answer it was before.")
    likely: list[LikelyLabel] = Field(description="Of a split whose new labels were described: what items look like.")
    model_before: ModelEffect | None = Field(description="The newest one that was there when the campaign began.")
    model_after: ModelEffect | None = Field(description="The newest one that was trained after it ended.")


class CampaignDetail(CampaignOut):
    """One campaign, with its progress and what changed so far."""

    by_labeler: list[CampaignWork]
    hours_left: float | None
    hours_left_between: tuple[float, float] | None = None
    report: CampaignReport
