"""What comes in and goes out about assignments: open items that certain people get first, or alone."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.campaigns import Keys, State, UserId
from labeler.wire.labels import LabelerOut
from labeler.wire.removal import ItemSearch

Waits = Literal["nobody", "idle"]
IDLE_DAYS = 3


class AssignmentIn(In):
    """Which open items, to whom. Without `where` and `keys`: of all of them."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] = Field(
        "Assignment", examples=["Complaints for the legal team"]
    )
    where: ItemSearch | None = Field(None, description="Items as `GET items` finds them.")
    keys: Keys | None = Field(None, description="Items with these keys.")
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="So large a part, drawn at random.")
    n: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(None, description="So many, drawn at random.")
    to: Annotated[list[UserId], Field(min_length=1, max_length=500)] = Field(
        description="Ids of who gets them first. Each item comes to as many of them as it needs labels."
    )
    only: bool = Field(
        False,
        description="Nobody else gets them, until each has the labels that it needs, or all of these people have "
        "labeled it, or the assignment ends.",
    )
    dry_run: bool = Field(False, description="Only say how many it would be.")

    @model_validator(mode="after")
    def _one_way(self) -> "AssignmentIn":
        if self.where is not None and self.keys is not None:
            raise ValueError("give where or keys, not both")
        if self.share is not None and self.n is not None:
            raise ValueError("give share or n, not both")
        if self.where is not None and not self.where.model_dump(exclude_defaults=True):
            raise ValueError("where: a search without a condition finds every item: leave it out")
        return self


class AssignmentPlan(BaseModel):
    """What it would come to."""

    found: int = Field(description="Items that are meant.")
    items: int = Field(description="Those that would be assigned.")
    answered: int = Field(description="Not assigned, since they need no label.")
    assigned: int = Field(description="Not assigned, since they are already.")
    holdout: int = Field(
        description="Not assigned, since models are judged on a random sample of them: a search or keys leave them out."
    )


class AssignmentWork(BaseModel):
    """Who did how much of it."""

    labeler: LabelerOut
    done: int


class AssignmentOut(BaseModel):
    id: int
    name: str
    state: State = Field(description="`starting`: it is being written down.")
    asked: dict[str, Any] = Field(description="`where`, `keys`, `share` or `n`, as they were given.")
    people: list[LabelerOut] = Field(description="Who gets them first; who left is none of them any more.")
    only: bool
    items: int
    done: int = Field(description="Items with all the labels that they need, or labeled by all of these people.")
    open: int
    gone: int = Field(description="Removed since.")
    by_labeler: list[AssignmentWork] = Field(description="Whose label was the last that an item needed.")
    last_answer_at: datetime | None
    waits: Waits | None = Field(
        description="While it runs and is open: `nobody` of these people can label here now (no role, no account, held "
        f"or paused); `idle`: none of them has labeled here for {IDLE_DAYS} days."
    )
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None = Field(description="Null: it ended by itself, or runs.")
