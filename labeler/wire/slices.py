"""Slices: saved searches with a name that fill themselves, and how models do on each."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator

from labeler.wire.base import In
from labeler.wire.meaning import Like
from labeler.wire.quality import Figure
from labeler.wire.removal import ItemSearch

SliceWhy = Literal["not_run", "label_gone", "no_holdout", "empty", "unlabeled", "too_few", "no_encoder"]


class SliceQuery(ItemSearch):
    """A search by what is known of items, and by what they mean."""

    like: Like | None = Field(None, description="Items that mean about the same; with a sentence encoder.")


class SliceIn(In):
    """A new slice. Every item that its search finds belongs to it, also those that come later."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    query: SliceQuery = Field(description="As `GET items` finds items; a text alone is `q`.")

    @field_validator("query", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        return {"q": given} if isinstance(given, str) else given

    @field_validator("query")
    @classmethod
    def _narrows(cls, query: SliceQuery) -> ItemSearch:
        if not query.model_dump(exclude_defaults=True):
            raise ValueError("a slice needs a condition: without one, every item belongs to it")
        return query


class SliceOut(BaseModel):
    """A slice, and the items that belong to it now."""

    id: int
    name: str
    query: SliceQuery = Field(description="With labels as they are named now.")
    items: int = Field(description="How many there are, up to 100,000.")
    no_encoder: bool = Field(
        False, description="It is a search by meaning, and there is no sentence encoder here. No item belongs to it."
    )
    label_gone: bool = Field(description="Its label is none any more: the label schema changed. No item belongs to it.")
    created_at: datetime
    created_by: str | None


class SliceScore(BaseModel):
    """How a model does on the holdout items of a slice, as it was when it was measured: each figure with its 95 %
    interval, or none."""

    slice_id: int
    name: str
    query: SliceQuery
    why: SliceWhy | None = Field(
        description="Why there is no figure. not_run: the slice is newer than what was measured; label_gone: its label "
        "is none any more; no_holdout: no holdout item of the project had a label; empty: no holdout item belonged to "
        "it; unlabeled: none of them had a label; too_few: fewer than 10 had one; "
        "no_encoder: it is a search by meaning, and there is no sentence encoder here."
    )
    items: int = Field(description="Holdout items in it.")
    labels: int = Field(description="Of these, those with a label, by which the model is judged.")
    right: Figure = Field(description="The share that it answers exactly as people do.")
    metrics: dict[str, Figure] = Field(description="The project's metrics by name, from 30 labels on.")
    measured_at: datetime | None
    removed: bool = Field(False, description="The slice is not there any more: this is what was measured then.")
