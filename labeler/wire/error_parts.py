"""Where a model's error comes from, in four parts."""

from typing import Literal

from pydantic import BaseModel, Field


class ErrorPart(BaseModel):
    """A part of a model's error as a share of 1, with its 95 % interval. Variance and overfitting are differences of
    samples, and may be below 0."""

    name: Literal["irreducible", "bias", "variance", "overfitting"] = Field(
        description="irreducible: answers that judge it are sometimes wrong; bias: what it can't do on the items it "
        "learned from, beyond that; variance: what it can't carry over to others; overfitting: by how much it does "
        "worse on holdout items labeled since it was chosen. While irreducible is not known, variance holds a share of "
        "it."
    )
    value: float | None
    low: float | None
    high: float | None
    n: int = Field(description="Items behind it.")
    why: (
        Literal[
            "older_schema",
            "no_holdout",
            "few_holdout",
            "few_twice",
            "not_measured",
            "pruned",
            "no_choice",
            "few_before",
            "few_since",
        ]
        | None
    ) = Field(
        description="Why there is no figure. few_holdout, few_since (since it was chosen): too few labeled holdout "
        "items; few_twice: of those that two people labeled; few_before: it was chosen by too few to be compared with; "
        "no_choice: every model was trained like it, so nothing was chosen by the holdout; not_measured: no training "
        "error is kept of it; pruned: what it says is not here, reproduce it."
    )
    more: int | None = Field(description="How many more such labels until there is a figure.")


class ErrorLevel(BaseModel):
    """What is missing to a perfect score on some items, as a share of 1."""

    name: Literal["training", "validation", "fresh"]
    value: float | None
    low: float | None
    high: float | None
    n: int


class MoreLabels(BaseModel):
    """How many more labels it takes, by the learning curve; high: none where it may never be."""

    labels: int
    low: int
    high: int | None


class ErrorParts(BaseModel):
    """Where a model's error comes from: what is missing to a perfect score of its task's own metric."""

    model: int
    metric: str
    parts: list[ErrorPart]
    levels: list[ErrorLevel] = Field(
        description="The errors on what it learned from, on the holdout items by which it was chosen, and on those "
        "labeled since: what the parts are told from."
    )
    largest: list[str] = Field(
        description="The parts that may be the largest as far as their intervals allow, the one that seems so first."
    )
    labels: MoreLabels | None = Field(description="How many more labels halve the variance.")
