"""Readiness for production: the lines of the four checklists, what is known of each, and what people confirm."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In

ListName = Literal["data", "model", "infrastructure", "monitoring"]
LISTS: tuple[ListName, ...] = ("data", "model", "infrastructure", "monitoring")
LineState = Literal["holds", "open", "fails"]
Page = Literal["models", "items", "people", "progress", "settings", "guidelines", "imports", "jobs"]


class ConfirmIn(In):
    """What a person vouches for."""

    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        description="How it was looked at, and where that is written down."
    )
    review_on: date = Field(description="From that day on it counts no more and has to be looked at again.")
    automated: bool = Field(
        False, description="It is looked at again and again by a program: counts 1 instead of half a point."
    )


class Confirmation(BaseModel):
    by: str | None
    at: datetime
    reason: str
    review_on: date
    automated: bool
    due: bool = Field(description="Its day has come: it counts no more.")


class ReadinessLine(BaseModel):
    """One line of a checklist."""

    name: str
    list: ListName
    title: str
    why: str = Field(description="What goes wrong where it does not hold.")
    state: LineState = Field(description="holds: by the service's own evidence, or somebody confirms it.")
    evidence: str = Field(description="What the service itself sees; empty where it can't see anything of it.")
    page: Page | None = Field(description="The page where it is seen, or mended.")
    view: str | None = Field(description="The view of that page.")
    confirmed: Confirmation | None
    points: float = Field(description="1: the service looks itself, or a program does; 0.5: somebody did; 0: neither.")


class Readiness(BaseModel):
    """How ready a project's model is to be relied on, as in the ML Test Score (Breck et al. 2017)."""

    model: int | None = Field(description="The model that was looked at: the live one, else the newest.")
    live: bool
    score: float = Field(description="The least of the points of the four lists, from 0 to 7.")
    meaning: str
    points: dict[ListName, float]
    lines: list[ReadinessLine]
