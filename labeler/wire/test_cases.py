"""Test cases: sets of items with the answer that a model must give, and how models did on them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.labels import Key

MOST_ITEMS = 1_000
"""Items of one test case."""
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Share = Annotated[float, Field(gt=0, le=1)]
Outcome = Literal["right", "wrong", "learned", "unseen", "gone", "changed"]
CaseState = Literal["passes", "fails", "unknown"]
ItemState = Literal["ready", "gone", "changed"]
Why = Literal["not_run", "outdated", "undecided", "empty"]


class CaseItemIn(In):
    """An item, and what a model must say of it."""

    item_key: Key
    value: Any = Field(description="The expected answer, by task type.")


CaseItems = Annotated[list[CaseItemIn], Field(min_length=1, max_length=MOST_ITEMS)]


class CaseIn(In):
    """A new test case. Its items are not trained on from the next training on."""

    name: Name
    items: CaseItems
    must_pass: bool = Field(True, description="Whether a model that is not known to pass it is kept from going live.")
    min_share: Share = Field(1.0, description="The share of its items that must be right for it to pass; 1: all.")


class CaseChange(In):
    """What changes; the rest stays."""

    name: Name | None = None
    must_pass: bool | None = None
    min_share: Share | None = None


class CaseItemList(In):
    """Items that are added, or whose expected answer is another one from now on."""

    items: CaseItems


class CaseKeys(In):
    item_keys: Annotated[list[Key], Field(min_length=1, max_length=MOST_ITEMS)]


class CaseOut(BaseModel):
    """A test case. revision rises with every change of its items or their expected answers."""

    id: int
    name: str
    must_pass: bool
    min_share: float
    revision: int
    items: int
    broken: int = Field(
        description="Of these, those that can't be run any more: the item was removed, or the expected answer is none "
        "in the newest label schema."
    )
    created_at: datetime
    created_by: str | None


class CaseItemOut(BaseModel):
    """An item of a test case. state: `gone`, it was removed from the project; `changed`, a later label schema leaves
    nothing of its expected answer."""

    item_key: str
    content: dict[str, Any]
    value: Any = Field(description="The expected answer, as the newest label schema reads it.")
    state: ItemState


class CaseDetail(CaseOut):
    entries: list[CaseItemOut]


class CaseRun(BaseModel):
    """How a model did on a test case: exact counts, since its items are no sample.

    learned: the model was trained on their answers, before they were in the test case; unseen: they came after the
    model; gone, changed: see `CaseItemOut`. None of these is known to be right.
    """

    test_case_id: int
    name: str
    must_pass: bool
    min_share: float
    state: CaseState = Field(description="passes, fails: whatever the items without an outcome would come to.")
    why: Why | None = Field(
        description="Of an unknown one. not_run: the test case is newer than the model's run; outdated: its items "
        "changed since; undecided: too many items have no outcome; empty: it has no items."
    )
    items: int
    right: int
    wrong: int
    learned: int = 0
    unseen: int = 0
    gone: int = 0
    changed: int = 0
    run_at: datetime | None
    removed: bool = Field(False, description="The test case is not there any more: this is what came of it then.")


class CaseItemRun(BaseModel):
    """What a model said of one item of a test case, when it was run."""

    item_key: str
    expected: Any
    said: Any
    outcome: Outcome


class CaseRunDetail(CaseRun):
    entries: list[CaseItemRun]
