"""What comes in and goes out about guidelines."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In

Text = Annotated[str, Field(max_length=200_000, pattern=r"^[^\x00]*$")]
Note = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class GuidelineIn(In):
    text: Text = Field(examples=["# Spam or ham\n\n## spam\n\nUnasked-for advertising."])
    note: Note = ""
    replaces: datetime | None = Field(
        None,
        description="`created_at` of the draft that you began with: refused when somebody has saved another since.",
    )


class Publish(In):
    note: Note | None = None


class DiffRow(BaseModel):
    kind: Literal["same", "added", "removed", "changed"]
    left: str | None
    right: str | None
    left_line: int | None
    right_line: int | None
    left_html: str | None = Field(None, description="A line that changed, rendered by itself.")
    right_html: str | None = None


class GuidelineOut(BaseModel):
    version: int
    state: Literal["draft", "published"]
    text: str
    html: str = Field(description="The text rendered; HTML inside the Markdown is shown as text.")
    note: str
    author: str | None
    created_at: datetime
    published_at: datetime | None
    acknowledged: bool


class CurrentGuideline(GuidelineOut):
    acknowledged_version: int | None
    changes: list[DiffRow] = Field(description="Against the version that the caller acknowledged last.")


class GuidelineDiff(BaseModel):
    a: int
    b: int
    rows: list[DiffRow]
