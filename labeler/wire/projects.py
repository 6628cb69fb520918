"""What comes in and goes out about projects."""

import math
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from labeler.tasks import DEFAULT
from labeler.wire.accounts import Email, Name
from labeler.wire.base import In
from labeler.wire.registered import Registered
from labeler.wire.requirements import Requirements
from labeler.wire.retraining import Retraining
from labeler.wire.schema import SchemaParts

Reason = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
SKIP_REASONS = ("Not clear", "Not relevant", "Broken content")
FLAG_REASONS = ("Ambiguous", "Guideline is silent", "Missing context", "None of the labels fits")
LabelerKind = Literal["person", "import", "simulated", "heuristic", "model"]
RERANKS = {"reranks": True}
"""On a setting that orders the queue: changing it asks for a new order (`training/trigger.py`)."""


def _people() -> list[LabelerKind]:
    return ["person", "import"]


class Target(In):
    """What the model should reach: a metric of the project's kind of question, and the value wanted."""

    metric: Annotated[str, Field(max_length=64, description="See GET /metrics."), Registered("metrics")]
    value: Annotated[float, Field(ge=-1e9, le=1e9)]


class Published(Target):
    """What somebody else reached on data like this, as they told it: to compare with, nothing depends on it."""

    source: Annotated[
        str,
        Field(
            min_length=1, max_length=300, pattern=r"^[^\x00]*$", description="Who said so: a paper, a report, a page."
        ),
    ]


class ProjectSettings(In):
    overlap: Annotated[int, Field(ge=1, le=20, description="Labels wanted for each item, by different labelers.")] = 1
    overlap_share: Annotated[
        float,
        Field(ge=0, le=1, description="Share of the items that get so many, drawn at random. The others get one."),
    ] = 1.0
    overlap_field: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00]*$",
            description="The metadata field, such as language or source, of which each value gets a share that is "
            "large enough: 30 items that several people label, or all it has where it has fewer. Values are texts, "
            "numbers and booleans; items without one are drawn at the share itself.",
        ),
    ] = None
    most_labels: Annotated[
        int | None,
        Field(
            ge=2,
            le=20,
            description="Ask for one more label at a time, up to so many, until the answer is as certain as wanted: "
            "where people disagree, or those who answered are often wrong.",
        ),
    ] = None
    certainty: Annotated[
        float, Field(ge=0.5, le=0.999, description="The chance of being right from which on an answer is certain.")
    ] = 0.95
    gold_rate: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="Share of the items a labeler gets that are gold, where there are any they have not answered.",
        ),
    ] = 0.05
    training_items: Annotated[
        int,
        Field(
            ge=0,
            le=200,
            description="Gold items that a newcomer gets first, each once, and is told after each what is right; 0: no "
            "training.",
        ),
    ] = 0
    pass_mark: Annotated[
        float, Field(ge=0, le=1, description="Share of the training's items that must be right to get the queue.")
    ] = 0.8
    gold_pause_below: Annotated[
        float | None,
        Field(
            gt=0,
            le=1,
            description="Pause a labeler whose share right over their last gold items is surely lower (the upper end "
            "of its 95 % interval). None: nobody.",
        ),
    ] = None
    gold_window: Annotated[
        int, Field(ge=5, le=200, description="How many of their last gold items that rule looks at, not fewer.")
    ] = 20
    answers: Annotated[
        str,
        Field(
            max_length=64,
            description="How several labels come to one answer: auto (the majority until enough items have several "
            "labels to tell how often each person is right), or see GET /answer-methods.",
        ),
        Registered("consensus", ("auto",)),
    ] = "auto"
    strategy: Annotated[
        str,
        Field(max_length=64, description="Query strategy, see GET /strategies.", json_schema_extra=RERANKS),
        Registered("strategies", ("auto",)),
    ] = "auto"
    retrain_every: Annotated[int, Field(ge=1, le=10_000, description="New labels after which a model is trained.")] = 25
    retrain_seconds: Annotated[int, Field(ge=5, le=86_400, description="Seconds after which fewer new labels do.")] = 30
    holdout_share: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="Share of items drawn at random to judge models. How often they are asked follows from how "
            "wide the score's interval is: up to twice as often as their share, down to a quarter of it.",
            json_schema_extra=RERANKS,
        ),
    ] = 0.1
    target: Annotated[
        Target | None, Field(description="The score wanted on the holdout; progress says how far it is.")
    ] = None
    published: Annotated[Published | None, Field(description="A figure of others that models are shown beside.")] = None
    requirements: Annotated[
        Requirements,
        Field(description="What models are led by, and conditions that one must hold to go live."),
    ] = Field(default_factory=Requirements)
    retraining: Annotated[
        Retraining, Field(description="When the live model is challenged by the newest one, and what follows.")
    ] = Field(default_factory=Retraining)
    model: Annotated[
        str,
        Field(
            max_length=64,
            description="What is trained: auto (the last search's choice), or see GET /models.",
            json_schema_extra=RERANKS,
        ),
        Registered("models", ("auto",)),
    ] = "auto"
    left_out_columns: Annotated[
        list[ColumnName],
        Field(
            max_length=1_000,
            description="Columns of a table that models don't learn from, and don't ask for when they answer. A model "
            "that was trained before keeps what it learned.",
            json_schema_extra=RERANKS,
        ),
    ] = Field(default_factory=list)
    column_costs: Annotated[
        dict[ColumnName, Annotated[float, Field(ge=0, le=1e9)]],
        Field(
            max_length=1_000,
            description="What it costs to have a column of a table for one item, in any unit: what models gain by it "
            "is told beside that.",
        ),
    ] = Field(default_factory=dict)
    find_label: Annotated[
        str | None,
        Field(
            max_length=100,
            description="Find all items of this label: the likeliest are asked first.",
            json_schema_extra=RERANKS,
        ),
    ] = None
    counting: Annotated[
        list[LabelerKind],
        Field(
            min_length=1,
            max_length=5,
            description="Kinds of labelers whose labels count: towards the labels that an item still needs, its "
            "answer, and for what models learn from and are judged by. Others are kept and shown, and count nowhere.",
        ),
    ] = Field(default_factory=_people)
    lease_seconds: Annotated[int, Field(ge=10, le=86_400, description="How long an item is lent to a labeler.")] = 900
    skip_reasons: Annotated[list[Reason], Field(max_length=20)] = Field(default_factory=lambda: [*SKIP_REASONS])
    flag_reasons: Annotated[list[Reason], Field(max_length=20)] = Field(default_factory=lambda: [*FLAG_REASONS])
    skill_field: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00\"]*$",
            description="The metadata field that names the skill or language an item asks for: it comes to labelers "
            "who have it, and to those of whom no skills were said. Items without it come to everybody.",
        ),
    ] = None
    show_suggestions: Annotated[
        bool, Field(description="Whether labelers see the model's prediction.", json_schema_extra=RERANKS)
    ] = False
    unsuggested_share: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            description="Where suggestions are shown: share of the items that come without theirs, at random, which "
            "tells how far people follow what they see.",
        ),
    ] = 0.1
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Seed of every random choice.")] = 0

    @property
    def several(self) -> bool:
        """Whether an item may get more than one label."""
        return self.overlap > 1 or self.most_labels is not None

    @property
    def drawn_by(self) -> str | None:
        """The field between whose values the share of the items that get `overlap` labels may differ."""
        return self.overlap_field if self.overlap > 1 and self.overlap_share < 1 else None

    def right_of(self, answered: int) -> int:
        """Of so many items of a training, how many must be right."""
        return math.ceil(self.pass_mark * answered - 1e-9)

    @property
    def share_of_1000(self) -> int:
        """Of 1,000 items, how many get `overlap` labels."""
        return round(1_000 * self.overlap_share)


def reranking() -> list[str]:
    """The settings that order the queue."""
    fields = ProjectSettings.model_fields.items()
    return [name for name, field in fields if isinstance(extra := field.json_schema_extra, dict) and "reranks" in extra]


class ProjectIn(SchemaParts):
    name: Name = Field(examples=["SMS spam"])
    task_type: Annotated[str, Field(max_length=32, description="See GET /task-types."), Registered("tasks")] = DEFAULT
    content: Annotated[str, Field(max_length=32), Registered("contents")] | None = Field(
        None, description="Kind of content: text, table, ...; default: the first item's."
    )
    settings: ProjectSettings = ProjectSettings()


class ProjectChange(SchemaParts):
    name: Name | None = None
    settings: dict[str, Any] | None = Field(None, description="Only what changes.")
    requirements: Requirements | None = Field(None, description="All of them, in place of those in the settings.")
    replaces: int | None = Field(
        None,
        ge=1,
        lt=2**31,
        description="`schema_version` that you began with: refused when somebody has made another since.",
    )


class Counts(BaseModel):
    items: int
    labeled: int
    flags_open: int
    webhooks_off: int = Field(0, description="Webhooks that the service turned off, since their address failed.")


class ProjectOut(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    id: int
    slug: str
    name: str
    task_type: str
    content: str | None = Field(description="The kind of content of its items; none while there are no items.")
    labels: list[dict[str, Any]] = Field(description="None where answers hold no labels.")
    scale: dict[str, Any] | None = None
    schema_: dict[str, Any] = Field(alias="schema", description="All that can be answered, by task type.")
    schema_version: int
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


class ManagerOut(BaseModel):
    """Whom members of a project ask."""

    name: str


class MemberOut(BaseModel):
    user_id: int
    email: str
    name: str
    role: str
    kind: str
    has_password: bool = Field(description="Whether a password was set, through an invitation.")
    has_identity: bool = Field(False, description="Whether they have logged in through the provider.")
    labels: int = Field(description="In force.")
    by_kind: dict[str, int] = Field(
        default_factory=dict,
        description="Of them what they gave themselves (the kind of their account), and what came in their name "
        "(import, bulk, simulated).",
    )
    guideline_read: int | None = Field(None, description="The newest version of the guideline that they acknowledged.")
    last_label_at: datetime | None = None


class TaskTypeOut(BaseModel):
    name: str
    title: str
    summary: str


class MetricOut(BaseModel):
    name: str
    title: str
    description: str
    better: Literal["higher", "lower"]
    unit: str = Field(description="share: of 1; scale: of the project's scale; nats; or none.")
    primary: bool = Field(description="Whether models are compared by it unless a target says otherwise.")


class StrategyOut(BaseModel):
    name: str
    summary: str


class AnswerMethod(BaseModel):
    name: str
    summary: str


class ModelChoice(BaseModel):
    name: str
    summary: str
