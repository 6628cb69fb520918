"""What comes in and goes out about reviews of answers, and comments on items."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.labels import Key, LabelerOut, Note

Action = Literal["keep", "fix", "return", "reassign"]
UserId = Annotated[int, Field(ge=1, lt=2**62)]
Text = Annotated[str, Field(min_length=1, max_length=5_000, pattern=r"^[^\x00]*$")]


class ReviewIn(In):
    """What becomes of an item's answer."""

    item_key: Key
    action: Action = Field(
        description="`keep`: the answer is right. `fix`: it is `value`. `return`: a label's author is asked again, "
        "with the note. `reassign`: somebody who has not labeled the item is asked."
    )
    value: Any = Field(None, description="Of `fix`: the answer, by task type.")
    to: UserId | None = Field(None, description="Of `return`: whose label goes back. Of `reassign`: who is asked.")
    note: Note = ""

    @model_validator(mode="after")
    def _whole(self) -> "ReviewIn":
        if self.action == "fix" and self.value is None:
            raise ValueError("value: say what the answer is")
        if self.action == "return" and self.to is None:
            raise ValueError("to: say whose label goes back")
        return self


class ReviewOut(BaseModel):
    """What a reviewer did. state: decided, waiting (somebody is asked), answered, or undone."""

    id: int
    item_key: str
    content: dict[str, Any] = Field(description="The item's.")
    action: Action
    value: Any
    note: str
    to: LabelerOut | None
    by: LabelerOut
    created_at: datetime
    state: Literal["decided", "waiting", "answered", "undone"]


class ToReview(BaseModel):
    """An answer that people do not agree on."""

    item_key: str
    value: Any
    confidence: float
    agreement: float
    contested: bool
    given: int


class ReviewQueue(BaseModel):
    """What waits for a decision, the least certain first."""

    items: list[ToReview]
    open: int = Field(description="Answers that people do not agree on and nobody has decided; counted up to 10,000.")
    waiting: int = Field(description="Items of which somebody is asked again.")
    decided: int


class CommentIn(In):
    item_key: Key
    text: Text = Field(description="`@name` reaches a member of the project: their name, or their e-mail address.")


class CommentOut(BaseModel):
    id: int
    item_key: str
    content: dict[str, Any] | None = Field(None, description="The item's, where comments of several are listed.")
    project: str | None = Field(None, description="The project's slug, where comments of several are listed.")
    by: LabelerOut
    text: str
    mentions: list[LabelerOut]
    created_at: datetime
    read: bool = Field(True, description="Whether you have read it, if it mentions you.")
