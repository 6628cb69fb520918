"""What comes in and goes out about hard items that are alike, and decisions about several at once."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.labels import ItemLabel, Key, LabelerOut, Note
from labeler.wire.quality import Figure

MOST_DECIDED = 500
LEAST_CHECK, CHECK_SHARE = 3, 0.1
DecisionState = Literal["unchecked", "checking", "checked", "undone"]


class HardFlag(BaseModel):
    """What somebody said about an item that they could not label."""

    id: int
    reason: str
    note: str
    labeler: LabelerOut
    created_at: datetime


class HardItem(BaseModel):
    """An item with its open flags, and the labels that others gave."""

    key: str
    content: dict[str, Any]
    holdout: bool = Field(description="It gets no label with others: models are judged by it.")
    flags: list[HardFlag]
    labels: list[ItemLabel]


class ReasonCount(BaseModel):
    reason: str
    flags: int


class ValueCount(BaseModel):
    value: Any
    labels: int


class HardCluster(BaseModel):
    """Hard items that are alike, as far as their flags are still open."""

    id: int
    items: int
    flags: int
    words: list[str] = Field(description="That tell it from the others, the best first; none of an item alone.")
    reasons: list[ReasonCount] = Field(description="That were given, the most frequent first.")
    labels: list[ValueCount] = Field(description="What others said of these items, the most frequent first.")


class HardClusterDetail(HardCluster):
    hard_items: list[HardItem] = Field(description=f"Those nearest to each other together, {MOST_DECIDED} at most.")


class HardLook(BaseModel):
    """The last look for hard items that are alike."""

    at: datetime
    items: int
    flags: int
    left_out: int = Field(description="Older items beyond the limit.")
    by: Literal["sentences", "words"] = Field(
        description="What was compared: `sentences`, vectors of texts that trainings have read; else `words` or fields."
    )
    took_ms: int


class HardClusters(BaseModel):
    """Those with two items or more, the largest first."""

    clusters: list[HardCluster]
    alone: int = Field(description="Items that are like no other.")
    newer: int = Field(description="Open flags that came since the look.")
    looked: HardLook | None = Field(description="None while nobody has looked.")


class HardDecisionIn(In):
    """One decision about several hard items. All open flags of an item are answered with it."""

    keys: Annotated[list[Key], Field(min_length=1, max_length=MOST_DECIDED)]
    value: Any = Field(None, description="Also label the items with this, as your own label.")
    note: Note = Field("", description="Your answer to those who flagged them.")
    rule: Note = Field("", description="A rule that follows from it: it goes into the draft of the guideline.")
    example: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="The key of one of the items, which goes there as the rule's example."
    )
    check: Annotated[int, Field(ge=0, le=MOST_DECIDED)] | None = Field(
        None,
        description=f"Items, drawn at random, that others are asked for without knowing the value; 0: none. Default: "
        f"{CHECK_SHARE:.0%}, at least {LEAST_CHECK}.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> "HardDecisionIn":
        if self.value is None and not self.note.strip():
            raise ValueError("say what was decided: a value, or a note")
        if self.value is None and self.check:
            raise ValueError("check: without a value there is nothing to check")
        if self.example is not None and (self.example not in self.keys or not self.rule.strip()):
            raise ValueError("example: one of the keys, with a rule")
        return self


class HardDecision(BaseModel):
    """What was decided about several hard items. Its labels count at once, as every label of the person does; while
    `checking`, others are asked for a sample of them. `undone`: labels were taken back, flags are open again."""

    id: int
    state: DecisionState
    value: Any
    note: str
    rule: str
    items: int
    flags: int
    left_out: int = Field(0, description="Asked for, but in the holdout, or decided by somebody else meanwhile.")
    check: int = Field(description="Items that others are asked for.")
    checked: int = Field(description="Of these, those that were answered.")
    confirmed: int = Field(description="Of these, those with the same answer.")
    share: Figure = Field(description="The share of the same answers, with Wilson's interval.")
    campaign: int | None = Field(description="The campaign that asks for them.")
    by: LabelerOut
    created_at: datetime
    undone_at: datetime | None
