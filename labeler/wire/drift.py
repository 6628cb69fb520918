"""Drift: whether items that come are unlike those that were there when a model learned."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, field_validator

from labeler.wire.base import In
from labeler.wire.quality import Figure

FEWEST = 50
USUAL_BAR = 0.05
MOST_SAMPLED = 500
DriftState = Literal["no_model", "waiting", "ready"]
NotPredicted = Literal["model_file", "few_items"]
NoMeaning = Literal["no_texts", "words_alone", "no_encoder"]
NoShares = Literal["several_labels", "few_labels"]
Measure = Literal["ks", "tv", "auc"]


class WatchIn(In):
    """What is left out stays as it is."""

    bar: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="The effect from which on a signal that is significant is an alarm."
    )
    ignored_until: AwareDatetime | None = Field(
        default=None, description="Until when alarms are not shown as open, before 2101; null: they are."
    )

    @field_validator("ignored_until")
    @classmethod
    def _is_near(cls, value: datetime | None) -> datetime | None:
        if value is not None and not 1971 <= value.year <= 2100:
            raise ValueError("must be before 2101")
        return value


class SampleIn(In):
    """How many of the new items to ask labelers for."""

    n: Annotated[int, Field(ge=1, le=MOST_SAMPLED)]


class DriftExample(BaseModel):
    key: str
    content: dict[str, Any]


class DriftSignal(BaseModel):
    """What was compared."""

    name: str = Field(
        description="length, language, unknown_words, predicted, content (words and letters, or fields), meaning "
        "(sentence vectors), or `field:` and `empty:` with the name of a field of a table."
    )
    measure: Measure = Field(
        description="What the effect is. ks: the greatest difference of two distribution functions (of a number); tv: "
        "total variation distance (of shares); auc: 2 (AUC - 0.5) of a classifier that tells new items from those "
        "before."
    )
    effect: Figure = Field(description="From 0, the same, to 1.")
    p: float = Field(description="The chance of at least this where nothing moved, corrected for all signals (Holm).")
    moved: bool = Field(description="p is at most 0.05, and the effect at least the bar.")
    then: dict[str, Figure] = Field(description="The median of a number, or the share of each kind, before.")
    now: dict[str, Figure] = Field(description="The same of new items. `…`: rare kinds together.")
    examples: list[DriftExample] = Field(description="New items that show it, where it moved.")


class DriftedLabel(BaseModel):
    """How frequent a label is, estimated through what the model confuses on the holdout: right where only the shares
    of labels moved."""

    label: str
    then: Figure
    now: Figure


class DriftCheck(BaseModel):
    """New items beside a random sample of those that were there when the model learned."""

    at: datetime
    model: int
    before: int = Field(description="Items of the sample.")
    new: int = Field(description="New items that were compared.")
    left_out: int = Field(description="New items beyond the limit, the oldest.")
    bar: float
    alarm: bool
    signals: list[DriftSignal] = Field(description="What moved first, then by effect.")
    not_predicted: NotPredicted | None = Field(
        description="Why predictions were not compared. model_file: the model's file is gone; few_items: it learned "
        "from nearly all items before, and is no judge of these."
    )
    no_meaning: NoMeaning | None = Field(
        None,
        description="Why sentence vectors were not compared. no_texts: items are no texts; words_alone: the model "
        "reads words and letters alone; no_encoder: no sentence encoder is installed, or it is off or fails.",
    )
    labels: list[DriftedLabel]
    no_labels: NoShares | None = Field(
        description="Why label shares are not estimated. several_labels: answers are not one label each; few_labels: "
        "fewer than 30 holdout items have an answer, or fewer than 5 of some label, or the model tells them too badly "
        "apart."
    )


class Drift(BaseModel):
    """How a project stands."""

    state: DriftState = Field(
        description=f"no_model: nothing to compare with; waiting: fewer than {FEWEST} items came since the last check "
        "or since the model learned; ready: a check can be asked for."
    )
    model: int | None = Field(description="The live model, else the newest.")
    new: int = Field(description="Items that came since it learned.")
    unchecked: int = Field(description="Of these, those that no check has looked at.")
    missing: int = Field(description="Items that have to come until something can be told.")
    bar: float
    ignored_until: datetime | None
    ignored_by: str | None
    open: bool = Field(description="The last check of this model found drift, and nobody ignores it.")
    checked: DriftCheck | None = Field(description="The last check of this model.")
    checking: bool = Field(False, description="A check waits or runs.")
    sampled: int = Field(description="New items that labelers are asked for and that have no answer yet.")
