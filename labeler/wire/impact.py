"""What goes out about a guideline's change: which labels it touches, and what would be asked again."""

from pydantic import BaseModel, Field

from labeler.wire.campaigns import Selection
from labeler.wire.labels import LabelerOut


class MadeUnder(BaseModel):
    """Labels in force that were made under one version; null: under none."""

    version: int | None
    labels: int


class TouchedLabel(BaseModel):
    """A label whose section is another one, and what hangs on it."""

    label: str
    answers: int
    older: int = Field(description="Items of these with a label made under an older version.")
    flags_open: int


class Reader(BaseModel):
    """Somebody who labels, and the newest version that they have acknowledged."""

    labeler: LabelerOut
    read: int | None


class GuidelineImpact(BaseModel):
    """What a version changes against the one in force before it."""

    version: int
    before: int | None = Field(description="The published version that it follows; null: it is the first.")
    made_under: list[MadeUnder] = Field(description="Newest first.")
    touched: list[TouchedLabel] = Field(description="Labels whose section of the guideline changed.")
    other_sections: list[str] = Field(description="Headings of what else changed.")
    comparable: list[str] = Field(
        description="Keys of items like those with an open flag and such a label, 100 at most; none while there is no "
        "model."
    )
    select: Selection | None = Field(description="What a campaign would ask again; null: nothing was labeled before.")
    items: int = Field(description="Items that it selects.")
    seconds: float | None = Field(description="Median seconds of a label here; null while too few were timed.")
    hours: float | None
    hours_between: tuple[float, float] | None = None
    unread: list[Reader] = Field(description="Who has not acknowledged the newest published version.")
