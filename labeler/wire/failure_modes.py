"""Failure modes: where wrong predictions of a model lie close together, and how models do on those that are kept."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.quality import Figure

FEWEST_LABELS = 10
MOST_COLLECTED = 500
LookWhy = Literal["no_labels", "no_mistakes", "few_mistakes", "not_alike", "all_kept"]
RateWhy = Literal["empty", "unlabeled", "too_few", "other_vectors"]
Change = Literal["first", "shrank", "grew", "unknown"]
Known = Literal["holdout", "held_back", "cross_validated"]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class FindIn(In):
    """model: whose wrong predictions are looked at; default: the newest one's."""

    model: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class KeepIn(In):
    """Under which name a failure mode is kept."""

    name: Name


class CollectIn(In):
    """How many items to collect. A third of them is not trained on, so that the next models can be judged by them."""

    n: Annotated[int, Field(ge=1, le=MOST_COLLECTED)]


class FailureLook(BaseModel):
    """The last look for failure modes."""

    at: datetime
    model: int = Field(description="Whose wrong predictions were looked at.")
    why: LookWhy | None = Field(
        description="Why nothing was found. no_labels: no item has an answer that can be compared; no_mistakes: every "
        "prediction is as people say; few_mistakes: fewer than 5 wrong predictions to look at, without those of the "
        "half of the holdout that judges; not_alike: they are not alike; all_kept: none but those that are kept."
    )
    holdout: int = Field(description="Holdout items that the model was judged by.")
    holdout_wrong: int = Field(description="Of these, those that it answers otherwise.")
    trained: int = Field(description="Items that were trained on, judged by simpler models that did not see them.")
    trained_wrong: int = Field(description="Of these, those that such a model answers otherwise.")
    left_out: int = Field(description="Labeled items beyond the limits: of more, a part is looked at.")
    by: Literal["sentences", "words"] = Field(
        description="What was compared: `sentences`, vectors of texts that trainings have read; else `words` or fields."
    )
    took_ms: int


class FailureRate(BaseModel):
    """How a model does on a failure mode: on items that were not looked at to find it."""

    model: int
    labels: int = Field(description="Holdout and held back items in it by which the model is judged.")
    wrong: int
    error: Figure = Field(description=f"The share that it answers otherwise, from {FEWEST_LABELS} labels on.")
    why: RateWhy | None = Field(
        description="Why there is no figure. empty: no item is like it; unlabeled: none of those that judge has a "
        f"label; too_few: fewer than {FEWEST_LABELS} have one; other_vectors: what items were compared by can't be "
        "made any more."
    )
    change: Change = Field(
        description="Against the first model that was measured: `unknown` where the interval of the difference does "
        f"not tell, or fewer than {FEWEST_LABELS} items judged both."
    )
    gain: Figure = Field(description="By how much lower its error rate is than the first model's, on the same items.")
    trained: int = Field(description="Items in it that were trained on, judged by simpler models that saw others.")
    trained_wrong: int = Field(
        description="Of these, those answered otherwise. The failure mode was found in them: it is no error rate."
    )
    measured_at: datetime


class Collecting(BaseModel):
    """Items that are collected for a failure mode."""

    state: Literal["running", "done", "stopped"]
    wanted: int
    collected: int = Field(description="Those that have an answer.")
    held_back: int = Field(description="Of these, those that are not trained on, since they judge models.")
    gone: int = Field(description="Those that were removed meanwhile.")
    started_at: datetime


class FailureMode(BaseModel):
    """Items among which a model is wrong more often than elsewhere. Which items they are does not change with the
    model."""

    id: int
    name: str | None = Field(description="Of one that is kept.")
    words: list[str] = Field(description="Words or fields that tell it from other labeled items, the best first.")
    found_in: int = Field(description="The model whose wrong predictions it was found in.")
    items: int = Field(description="Items of the pool that are like it.")
    unlabeled: int = Field(description="Of these, those outside the holdout that want a label.")
    looked_at: int = Field(description="Items of the pool that were compared with it.")
    rates: list[FailureRate] = Field(
        description="The earliest model first: the first that was measured, and the newest."
    )
    collecting: Collecting | None
    kept_by: str | None
    found_at: datetime


class FailureModes(BaseModel):
    """Those that are kept, by name, and those of the last look that are not, the most telling first."""

    kept: list[FailureMode]
    found: list[FailureMode]
    looked: FailureLook | None


class FailureExample(BaseModel):
    """An item of a failure mode that is answered otherwise than people do."""

    key: str
    content: dict[str, Any]
    answer: Any = Field(description="What people say now.")
    prediction: dict[str, Any]
    known_by: Known = Field(
        description="`holdout` and `held_back`: the model itself, which was not trained on it; `cross_validated`: a "
        "simpler model that did not see it."
    )


class FailureModeDetail(FailureMode):
    """With examples."""

    examples: list[FailureExample] = Field(description="Of the last model that was measured, the highest loss first.")
