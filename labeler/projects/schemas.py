"""What comes in and goes out about projects."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, field_validator, model_validator

from labeler.accounts.schemas import Email, Name
from labeler.kit.web import In

Reason = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
PALETTE = ("#4f46e5", "#0d9488", "#d97706", "#db2777", "#2563eb", "#65a30d", "#9333ea", "#dc2626", "#0891b2", "#a16207")


SKIP_REASONS = ("Not clear", "Not relevant", "Broken content")
FLAG_REASONS = ("Ambiguous", "Guideline is silent", "Missing context", "None of the labels fits")


MOST_KEYWORDS = 2_000  # of all labels together


def _keyword(text: str) -> str:
    """Raises `ValueError`. Commas are what separates keywords wherever they are written in one line."""
    if "," in text:
        raise ValueError("a keyword holds no comma: give two keywords, or leave the comma out")
    if not text.strip():
        raise ValueError("an empty keyword finds nothing: leave it out, or write a word or phrase")
    return " ".join(text.split())


Keyword = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(_keyword)]


class LabelSchema(In):
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    description: Annotated[str, Field(max_length=2000)] = ""
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    hotkey: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]$", to_lower=True)] | None = None
    parent: Annotated[str, Field(max_length=100)] | None = None
    keywords: Annotated[
        list[Keyword],
        Field(
            max_length=50,
            description="Words or phrases that hint at this label, found as they are written, upper and lower case "
            "alike. Before the first model, items that hold one are asked early. They are never labels.",
        ),
    ] = Field(default_factory=list)

    @field_validator("keywords")
    @classmethod
    def _each_once(cls, keywords: list[str]) -> list[str]:
        return list({keyword.casefold(): keyword for keyword in reversed(keywords)}.values())[::-1]


class ProjectSettings(In):
    overlap: Annotated[int, Field(ge=1, le=20, description="Labels wanted for each item, by different labelers.")] = 1
    strategy: Annotated[str, Field(max_length=64, description="Query strategy, see GET /strategies.")] = "graph_margin"
    retrain_every: Annotated[int, Field(ge=1, le=10_000, description="New labels after which a model is trained.")] = 25
    retrain_seconds: Annotated[int, Field(ge=5, le=86_400, description="Seconds after which fewer new labels do.")] = 30
    holdout_share: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="Share of items drawn at random to judge models. How often they are asked follows from how "
            "wide the accuracy's interval is: up to twice as often as their share, down to a quarter of it.",
        ),
    ] = 0.1
    target_accuracy: Annotated[
        float | None, Field(ge=0.05, le=1, description="Accuracy wanted on the holdout; progress tells how far it is.")
    ] = None
    model: Annotated[
        str, Field(max_length=64, description="What is trained: auto (the last search's choice), or see GET /models.")
    ] = "auto"
    find_label: Annotated[
        str | None, Field(max_length=100, description="Find all items of this label: the likeliest are asked first.")
    ] = None
    lease_seconds: Annotated[int, Field(ge=10, le=86_400, description="How long an item is lent to a labeler.")] = 900
    skip_reasons: Annotated[list[Reason], Field(max_length=20)] = Field(default_factory=lambda: [*SKIP_REASONS])
    flag_reasons: Annotated[list[Reason], Field(max_length=20)] = Field(default_factory=lambda: [*FLAG_REASONS])
    show_suggestions: Annotated[bool, Field(description="Whether labelers see the model's prediction.")] = False
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Seed of every random choice.")] = 0


def complete_labels(labels: list[LabelSchema]) -> list[dict[str, Any]]:
    """Fill in colors and hotkeys that were left out; raises `ValueError` on names or hotkeys used twice."""
    names = [label.name for label in labels]
    if len(set(names)) < len(names):
        raise ValueError("two labels have the same name")
    hotkeys = [label.hotkey for label in labels if label.hotkey]
    if len(set(hotkeys)) < len(hotkeys):
        raise ValueError("two labels have the same hotkey")
    for label in labels:
        if label.parent is not None and (label.parent not in names or label.parent == label.name):
            raise ValueError(f"parent {label.parent!r} of label {label.name!r} is not another label")
    if (keywords := sum(len(label.keywords) for label in labels)) > MOST_KEYWORDS:
        raise ValueError(
            f"{keywords:,} keywords in all, expected {MOST_KEYWORDS:,} or fewer: keep those that tell most"
        )
    free = [key for key in "123456789" if key not in hotkeys]
    complete = []
    for number, label in enumerate(labels):
        filled = label.model_dump()
        filled["color"] = label.color or PALETTE[number % len(PALETTE)]
        filled["hotkey"] = label.hotkey or (free.pop(0) if free else None)
        if not label.keywords:
            del filled["keywords"]  # a schema without any stays as it was, and so do hashes of dataset versions
        complete.append(filled)
    return complete


Labels = Annotated[list[LabelSchema], Field(min_length=1, max_length=500)]


class _HasLabels(In):
    labels: Labels | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("labels"), list):
            labels = [{"name": entry} if isinstance(entry, str) else entry for entry in value["labels"]]
            return {**value, "labels": labels}
        return value

    @model_validator(mode="after")
    def _labels_fit(self) -> "_HasLabels":
        if self.labels is not None:
            complete_labels(self.labels)
        return self


class ProjectIn(_HasLabels):
    name: Name = Field(examples=["SMS spam"])
    task_type: Literal["choice"] = "choice"
    labels: Labels = Field(examples=[[{"name": "spam"}, {"name": "ham"}]])
    settings: ProjectSettings = ProjectSettings()


class ProjectChange(_HasLabels):
    name: Name | None = None
    settings: dict[str, Any] | None = Field(None, description="Only what changes.")


class Counts(BaseModel):
    items: int
    labeled: int
    flags_open: int


class ProjectOut(BaseModel):
    id: int
    slug: str
    name: str
    task_type: str
    labels: list[dict[str, Any]]
    settings: ProjectSettings
    guideline_version: int | None
    role: str
    created_at: datetime
    counts: Counts


class MemberIn(In):
    user_id: Annotated[int, Field(ge=1, lt=2**62)] | None = None
    email: Email | None = None
    role: Literal["manager", "labeler", "reader"] = "labeler"

    @model_validator(mode="after")
    def _somebody(self) -> "MemberIn":
        if (self.user_id is None) == (self.email is None):
            raise ValueError("give user_id or email")
        return self


class MemberOut(BaseModel):
    user_id: int
    email: str
    name: str
    role: str
    kind: str
    labels: int
