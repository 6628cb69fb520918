"""Searching by meaning: items that mean about the same as a text, or as one of a few items."""

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.labels import Key

MOST_KEYS = 5
USUAL_LEAST = 0.5
LONGEST = 2_000


class Like(In):
    """A text, or up to five items; and from which similarity on something is like it."""

    text: str | None = Field(None, min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$")
    keys: Annotated[list[Key], Field(max_length=MOST_KEYS)] = Field(
        default_factory=list, description="Items: what is like one of them is found."
    )
    least: float = Field(
        USUAL_LEAST, gt=0, le=1, description="The least cosine similarity of sentence vectors, from above 0 to 1."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "Like":
        if (self.text is None or not self.text.strip()) == (not self.keys):
            raise ValueError("give a text or keys of items, one of both")
        return self


class LikeIn(In):
    like: Like
    shown: int = Field(5, ge=1, le=50, description="Items on each side of the bar.")


class LikeItem(BaseModel):
    key: str
    content: dict[str, object]
    similarity: float


class LikeFound(BaseModel):
    """What a search by meaning holds, and what is nearest to its bar."""

    items: int = Field(description="Items that are like it.")
    read: int = Field(description="Items whose text the sentence encoder has read; others are found once it has.")
    of: int = Field(description="Items there are.")
    last_in: list[LikeItem] = Field(description="The least similar of those that it holds, nearest to the bar first.")
    first_out: list[LikeItem] = Field(description="The most similar of those that it does not hold.")
