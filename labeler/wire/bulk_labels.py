"""What comes in and goes out about items that are labeled at once."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.campaigns import Keys
from labeler.wire.labels import Key
from labeler.wire.quality import Figure
from labeler.wire.removal import ItemSearch

CHECK, MOST_CHECK = 60, 1_000
BulkState = Literal["starting", "checking", "counting", "counted", "refused", "taking_back", "taken_back"]


class BulkIn(In):
    """Which items get one answer, and how it is checked."""

    where: ItemSearch | None = Field(None, description="Items as `GET items` finds them.")
    keys: Keys | None = Field(None, description="Items with these keys: those of a cluster, for one.")
    like: Key | None = Field(None, description="This item and those like it, by the newest model's features.")
    n: Annotated[int, Field(ge=1, le=1_000)] = Field(100, description="How many are like it.")
    value: Any = Field(description="As of a label, by task type.")
    check: Annotated[int, Field(ge=1, le=MOST_CHECK)] = Field(
        CHECK, description="Items, drawn at random, that people label first, without knowing the value."
    )
    bar: Annotated[float, Field(ge=0.5, le=0.99)] = Field(
        0.9,
        description="The labels count when the share of the checked items that got the same answer is surely higher.",
    )
    dry_run: bool = Field(False, description="Only say what it would label.")

    @model_validator(mode="after")
    def _one_way(self) -> "BulkIn":
        if sum(one is not None for one in (self.where, self.keys, self.like)) != 1:
            raise ValueError("give one of where, keys or like")
        if self.where is not None and not self.where.model_dump(exclude_defaults=True):
            raise ValueError("where: a search without a condition finds every item, say which are meant")
        return self


class BulkPlan(BaseModel):
    """What it would label."""

    found: int = Field(description="Items that are meant.")
    items: int = Field(description="Those that would be labeled.")
    left_out: int = Field(
        description="Those that would not: they are answered, in the holdout, or labeled by another bulk."
    )
    check: int


class BulkOut(BaseModel):
    """Items that were labeled at once. `starting`: their labels are being written. `checking`: people label the sample.
    `counting`: being counted. `counted`: the labels count. `refused`: too many were wrong, they never count."""

    id: int
    state: BulkState
    asked: dict[str, Any] = Field(description="`where`, `keys` or `like` with `n`, as they were given.")
    value: Any
    items: int
    counted: int = Field(description="Labels that count. Where people have answered, their answer stands.")
    check: int
    bar: float
    checked: int = Field(description="Items of the sample that people have labeled.")
    right: int = Field(description="Of them with the same answer.")
    share: Figure = Field(description="The share of these, with Wilson's interval.")
    campaign: int = Field(description="The campaign that asks for the sample.")
    created_by: str | None
    created_at: datetime
    decided_at: datetime | None
