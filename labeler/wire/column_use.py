"""What each column of a table is worth to a model, and what a model is without one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.projects import ColumnName
from labeler.wire.quality import Figure

Why = Literal["no_items", "no_columns", "no_model", "not_looked"]
NoFigure = Literal["no_holdout", "few_holdout", "no_metric"]
Verdict = Literal["useful", "harmful", "cant_tell"]
Sign = Literal["alone", "id", "labeling_time", "after_arrival"]
How = Literal["equal", "rank", "information", "determines", "determined"]
Model = Annotated[int, Field(ge=1, lt=2**31)]


class LookIn(In):
    """model: whose columns are looked at; default: the live one, else the newest."""

    model: Model | None = None


class TryIn(In):
    """A column to train without; model: which model is trained again, by default the live one, else the newest."""

    column: ColumnName
    model: Model | None = None


class ColumnSign(BaseModel):
    """A hint that one should look whether a column is known when the model must answer. No verdict: a column may be
    strong, and right."""

    sign: Sign = Field(
        description="`alone`: the column by itself leads to nearly every label; `id`: no value occurs twice; "
        "`labeling_time`: a date that rises with when labels were given; `after_arrival`: a date that is mostly later "
        "than when the item came."
    )
    value: float = Field(
        description="What was counted: of `alone` the cross-validated score of the column, as a share of 1; of "
        "`labeling_time` the rank correlation; else the share of the items."
    )
    low: float
    high: float
    n: int = Field(description="Items, or labels, behind it.")
    usual: float | None = Field(None, description="Of `alone`: the same score of always giving the most common answer.")


class SameColumn(BaseModel):
    """Another column that says the same, so that each stands in for the other."""

    other: str
    how: How = Field(
        description="`equal`: the same cells; `rank`: numbers in the same order, or the opposite one; `information`: "
        "each tells the other; `determines`: this column tells the other one; `determined`: the other one tells this."
    )
    value: float = Field(description="How much of it, 1: all; a rank correlation may be negative.")
    n: int


class ColumnTrial(BaseModel):
    """A model that was trained again without a column: on the same labels, judged by the same holdout items."""

    model: int
    column: str
    metric: str
    score: float = Field(description="Of the model as it is.")
    without: float = Field(description="Of the model without the column.")
    difference: Figure = Field(
        description="By how much the one without the column is better, below 0: worse, with the interval of the "
        "difference on the same items; a metric of which less is better is turned."
    )
    n: int = Field(description="Labeled holdout items that judged both.")
    at: datetime


class ColumnWorth(BaseModel):
    """A column of the table, and what it is worth to the model."""

    name: str
    kind: str = Field(description="How it is read: numeric, boolean, date, categorical or text.")
    is_read: bool = Field(
        description="Whether the model reads it: a column of which its first items knew nothing "
        "comes with the next dataset version."
    )
    importance: Figure = Field(
        description="By how much the metric gets worse when the column's cells are shuffled among holdout items; "
        "nothing with fewer than 30 of them labeled."
    )
    verdict: Verdict | None = Field(
        description="By the whole interval; `cant_tell` from useless where it holds 0. None without a figure."
    )
    cost: float | None = Field(description="Of one item, as the project's settings say.")
    gain_per_cost: Figure = Field(description="Importance by cost; nothing without a cost.")
    same: list[SameColumn]
    signs: list[ColumnSign]
    trial: ColumnTrial | None


class ColumnLook(BaseModel):
    """How it was looked."""

    at: datetime
    metric: str = Field(description="The project's primary metric, or the one of its kind that can be drawn again.")
    why: NoFigure | None = Field(
        description="Why no column has a figure. no_holdout: no holdout item that the model knows is labeled; "
        "few_holdout: fewer than 30 are; no_metric: the kind of question has no metric of samples."
    )
    more: int | None = Field(description="How many more labels of holdout items it takes.")
    holdout: int = Field(description="Labeled holdout items that the model knows.")
    judged: int = Field(description="Of these, those that were looked at, at most 1,000.")
    repeats: int = Field(description="How often each column was shuffled.")
    sampled: int = Field(description="Items that were compared for columns that say the same.")
    learned: int = Field(description="Labels by which each column alone was judged, at most 400.")
    columns: int = Field(description="Columns of the items.")
    not_looked_at: list[str] = Field(description="Columns beyond the 200 that tell most of the labels by themselves.")
    took_ms: int


class ColumnUse(BaseModel):
    """What is known of a model's columns."""

    model: int | None
    why: Why | None = Field(
        description="Why nothing is known. no_columns: the items are no rows of a table; models never learn from "
        "metadata; not_looked: nobody has asked for it yet, of this model."
    )
    looked: ColumnLook | None
    columns: list[ColumnWorth] = Field(description="The most useful first.")
    groups: list[list[str]] = Field(description="Columns that say the same.")
    named: list[str] = Field(description="Columns of the project's first items, those that are left out, too.")
    left_out: list[str] = Field(description="Columns that the next models don't learn from.")
    model_left_out: list[str] = Field(description="Columns that this model did not learn from.")
    costs: dict[str, float]
    unknown: list[str] = Field(description="Columns that are left out or have a cost, and that no item was seen with.")
    trials: list[ColumnTrial] = Field(description="Of this model, by column.")
