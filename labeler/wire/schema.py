"""What comes in and goes out about what can be answered: its versions, and how answers move from one to the next."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from labeler.tasks.labels import MOST_LABELS, Label
from labeler.tasks.rating import Scale
from labeler.wire.base import In
from labeler.wire.items import MAX_KEY


def _names_alone(labels: Any) -> Any:
    """Labels given by their names alone are labels."""
    return [{"name": one} if isinstance(one, str) else one for one in labels] if isinstance(labels, list) else labels


Labels = Annotated[list[Label], BeforeValidator(_names_alone), Field(min_length=1, max_length=MOST_LABELS)]


class SchemaParts(In):
    """What can be answered: `labels` or a `scale`; of a task type from outside, its own fields in `schema`."""

    labels: Labels | None = Field(None, examples=[[{"name": "spam"}, {"name": "ham"}]])
    scale: Scale | None = Field(None, examples=[{"min": 1, "max": 5, "step": 1}])
    schema_: dict[str, Any] | None = Field(None, alias="schema", description="The whole schema, as GET gives it.")

    @property
    def given(self) -> dict[str, Any]:
        """The fields of the schema that were given; none is an empty dict."""
        parts: dict[str, Any] = dict(self.schema_ or {})
        if self.labels is not None:
            parts["labels"] = [label.model_dump() for label in self.labels]
        if self.scale is not None:
            parts["scale"] = self.scale.model_dump()
        return parts


Moves = dict[str, str | list[str] | None]
"""What labels of one version become in the next: another one, several that they are split into, or none."""


class SplitHint(In):
    """What tells one label of a split from the others: words, and items that are examples of it."""

    words: list[Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]] = Field(
        default_factory=list, max_length=50
    )
    items: list[Annotated[str, Field(min_length=1, max_length=MAX_KEY, pattern=r"^[^\x00]*$")]] = Field(
        default_factory=list, max_length=50, description="Keys of items."
    )


Hints = Annotated[dict[str, SplitHint], Field(max_length=MOST_LABELS)]


class SchemaChange(SchemaParts):
    """The next version of what can be answered. Labels are recognized by their names, unless `mapping` renames them."""

    mapping: Moves = Field(
        default_factory=dict,
        max_length=MOST_LABELS,
        description="Old label to new one. Two to the same new one merge them; several for one split it, and a "
        "campaign asks its items again; null: its answers are open again.",
    )
    split_hints: Hints = Field(
        default_factory=dict,
        description="By new label of a split, what it looks like: items that are like it are asked first.",
    )
    split_to: Literal["same", "others"] | Annotated[list[int], Field(min_length=1, max_length=500)] = Field(
        "same", description="Who is asked about the items of a split, as in a campaign."
    )
    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    dry_run: bool = Field(False, description="Only say what it would touch.")
    replaces: int | None = Field(
        None,
        ge=1,
        lt=2**31,
        description="`schema_version` that you began with: refused when somebody has made another since.",
    )


class Touched(BaseModel):
    """One line of a mapping, and how many answers it touches."""

    from_: str = Field(alias="from")
    to: str | list[str] | None
    answers: int

    model_config = ConfigDict(populate_by_name=True)


class SchemaVersionOut(BaseModel):
    version: int
    schema_: dict[str, Any] = Field(alias="schema")
    mapping: Moves = Field(description="From the labels of the version before.")
    reason: str
    created_by: str | None
    created_at: datetime | None
    touches: list[Touched] = Field(default_factory=list)

    model_config = ConfigDict(populate_by_name=True)


class LooksIn(In):
    """Which of several new labels old answers look like."""

    label: Annotated[str, Field(min_length=1, max_length=200)]
    hints: Hints


class LooksLike(BaseModel):
    label: str
    answers: int
    examples: list[str] = Field(description="Keys of those most like it, 5 at most.")


class LooksOut(BaseModel):
    """How many answers with a label look like each new one, by what is known of it."""

    answers: int
    looked_at: int = Field(description="Of very many a random part is looked at.")
    like: list[LooksLike]
    unlike: int = Field(description="Of those that were looked at, which are like none.")
    by: Literal["sentences", "words"] = Field(description="What was compared: sentence vectors, or words and letters.")
