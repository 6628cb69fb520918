"""What comes in and goes out about likely label errors."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In, Page
from labeler.wire.campaigns import MOST_KEYS, ChangedShare, Keys, State

ErrorKind = Literal["wrong", "duplicate", "outlier"]


class NearItem(BaseModel):
    """An answered item like this one. cosine: how alike, 1 for the same."""

    key: str
    content: dict[str, Any]
    value: Any
    cosine: float


class LabelErrorOut(BaseModel):
    """An answer that is likely wrong, or that somebody should look at."""

    key: str
    content: dict[str, Any]
    kind: ErrorKind = Field(
        description="`wrong`: a model that never saw the answer finds it implausible. `duplicate`: an item nearly "
        "the same was answered otherwise. `outlier`: the item is unlike all others."
    )
    score: float = Field(description="How much speaks against it, from 0 to 1.")
    value: Any = Field(description="The answer in force.")
    said: dict[str, Any] | None = Field(description="What the model expects instead: `value`, and `proba` where known.")
    near: list[NearItem] = Field(description="Of a `duplicate` those answered otherwise, else the nearest ones.")
    campaign: int | None = Field(description="The campaign that it was sent back with, if it was.")


class Looked(BaseModel):
    """The last look for label errors."""

    at: datetime
    answers: int = Field(description="Answers that were looked at, the newest first.")
    left_out: int = Field(description="Older answers beyond the limit.")
    wrong: int
    duplicate: int
    outlier: int
    why: str | None = Field(description="Why no answer was judged by a model.")


class RecheckOut(BaseModel):
    """Items that were sent back together, and how many answers are others now."""

    campaign: int
    name: str
    state: State
    created_at: datetime
    sent: int
    result: ChangedShare


class KindChecked(BaseModel):
    kind: ErrorKind
    result: ChangedShare


class RechecksOut(BaseModel):
    """How often what was found and checked was wrong: the precision of the search."""

    total: ChangedShare
    by_kind: list[KindChecked]
    items: list[RecheckOut] = Field(description="Newest first, 20 at most.")


class LabelErrorPage(Page[LabelErrorOut]):
    looked: Looked | None = Field(description="None while nobody has looked.")
    rechecks: RechecksOut


RECHECK = "Likely label errors"
"""What they are called where nobody names them."""


class RecheckIn(In):
    """Which of them are asked again: by their keys, or the first ones that were not sent back yet."""

    keys: Keys | None = None
    first: Annotated[int, Field(ge=1, le=MOST_KEYS)] | None = None
    kind: ErrorKind | None = Field(None, description="Of this kind alone.")
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] = RECHECK

    @model_validator(mode="after")
    def _one_way(self) -> "RecheckIn":
        if (self.keys is None) == (self.first is None):
            raise ValueError("give keys, or first: how many")
        return self
