"""Items whose content was fetched from a URL."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In, Page

MOST = 1_000
SourceState = Literal["fetched", "same", "changed", "gone", "failed"]
Url = Annotated[str, Field(min_length=1, max_length=2000, examples=["https://data.example.org/letters/17.txt"])]


class SourceIn(In):
    url: Url
    key: str | None = Field(
        None,
        max_length=200,
        description="Your own stable id; default: the URL, or of a long one its beginning and its hash.",
    )
    metadata: dict[str, Any] | None = None
    split: str | None = Field(None, description="train or holdout; default: drawn at random.")


class FetchIn(In):
    items: Annotated[list[SourceIn], Field(min_length=1, max_length=MOST)]


class SourceOut(BaseModel):
    """Where an item's content came from. What was fetched stays, whatever becomes of the document."""

    item_key: str
    url: str
    sha256: str = Field(description="Of the bytes that were fetched.")
    fetched_at: datetime
    state: SourceState = Field(
        description="fetched: not looked at since; same, changed: the document's bytes when it was last looked at; "
        "gone: its host says that there is none any more (404, 410); failed: it could not be had, see `error`."
    )
    checked_at: datetime | None
    found_sha256: str | None = Field(description="Of a changed one: what is there now.")
    error: str


class Sources(Page[SourceOut]):
    """A page of them, with how many there are of each state."""

    counts: dict[str, int]
    allowed: list[str] = Field(description="Hosts whose documents can be fetched; none: the operator has named none.")
