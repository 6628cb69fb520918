"""What goes out about answers: what the labels of an item come to."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.labels import Key, LabelerOut
from labeler.wire.terms import TermsOut


class AnswerOut(BaseModel):
    """What the labels of an item come to."""

    value: Any
    confidence: float = Field(
        description="The chance that it is right, by the method; of a majority the share of the labels that agree."
    )
    method: str = Field(description="How the labels came to it: `majority`, or see GET /answer-methods.")
    agreement: float = Field(1.0, description="How near the labels behind it are to each other, 1 for the same.")
    contested: bool = Field(False, description="Whether most labels say something else than the answer.")
    posterior: dict[str, float] | None = Field(
        None,
        description="The chance of each label, or that it is in the answer; of a rating `mean`, `low`, `high` (95 % "
        "interval). None where a majority decides.",
    )


class GoldIn(In):
    """What is known of an item."""

    item_key: Key
    value: Any = Field(description="As of a label, by task type.")
    note: Annotated[str, Field(max_length=5_000, pattern=r"^[^\x00]*$", description="Why it is so.")] = ""


class GoldList(In):
    items: Annotated[list[GoldIn], Field(min_length=1, max_length=1_000)]


class GoldKeys(In):
    item_keys: Annotated[list[Key], Field(min_length=1, max_length=1_000)]


class GoldPromotion(In):
    """Which answers become gold: the surest ones that so many people gave, where no method says something else."""

    confidence: Annotated[float, Field(ge=0.5, le=1)] = 0.99
    labels: Annotated[int, Field(ge=3, le=20)] = 3
    most: Annotated[int, Field(ge=1, le=1_000)] = 100
    dry_run: bool = False


class GoldOut(BaseModel):
    """set: how many items are gold now; keys: which."""

    set: int
    keys: list[str]


class GoldRow(BaseModel):
    """An item whose answer is known. promoted: because several people's answer was certain."""

    item_key: str
    value: Any
    note: str
    created_at: datetime
    promoted: bool


class AnswerLabel(BaseModel):
    """A label behind an answer, as it was given. labeler: their name."""

    labeler: str
    kind: str
    value: Any
    guideline_version: int | None
    schema_version: int


class AnswerRow(AnswerOut):
    """A line of GET /answers: the answer in force of one item."""

    item_key: str
    labels: list[AnswerLabel]


class Figure(BaseModel):
    """A figure with its 95 % interval, all null where there is nothing to measure."""

    value: float | None
    low: float | None
    high: float | None


Advice = Literal["not_known", "often_wrong", "reliable", "too_fast", "one_answer", "worse_lately", "better_lately"]


class MixedUp(BaseModel):
    """An error that somebody makes. times: how often, as far as the answers are certain."""

    answer: Any
    said: Any
    times: float


class LabelerRow(BaseModel):
    """Somebody who labels, of any kind."""

    id: int
    name: str
    kind: str = Field(
        description="What most of their labels count as: person, import, heuristic, model, llm, simulated."
    )
    role: str | None = Field(description="In the project; none for who is no member any more.")
    active: bool
    labels: int = Field(description="In force.")
    by_kind: dict[str, int] = Field(default_factory=dict, description="Of them what counts as each kind.")
    accuracy: Figure = Field(description="How often they are right, by the answers and gold items.")
    items: int = Field(description="What the accuracy rests on: items that others labeled, too, or that are gold.")
    gold: int = Field(description="Of them gold items.")
    agreement: float | None = Field(description="Share of their latest labels that the answer of several confirms.")
    seconds_per_label: float | None = Field(description="In the middle, while the page was seen.")
    too_fast: float | None = Field(description="Share of their latest labels that took less than `fast_seconds`.")
    fast_seconds: float | None = Field(description="Half of what nine of ten labels of the others take.")
    run: int | None = Field(description="So many labels in a row with one answer, where others make no such run.")
    run_of: str | None
    drift: float | None = Field(description="Change of the agreement in the last third, where that is no chance.")
    mixed_up: list[MixedUp] = Field(description="Their most frequent errors.")
    bias: float | None = Field(description="Of ratings: how far above the others.")
    terms: TermsOut | None = Field(None, description="On what they label, for managers, where it was said.")
    cost: float | None = Field(None, description="What their answers have cost so far, for managers.")
    advice: list[Advice] = Field(description="What to look at; never by a figure whose interval allows the opposite.")


class LabelersOut(BaseModel):
    """Everybody who labels a project. method: of the newest estimate; accuracy: of all in the middle, between: its 95 %
    interval; cost: of those of whom one was said."""

    items: list[LabelerRow]
    method: str | None
    measured_at: datetime | None
    accuracy: float | None
    between: tuple[float, float] | None = None
    cost: float | None = None


class OverlapSaved(BaseModel):
    """What it saved to ask one more only where an answer was not certain."""

    items: int = Field(description="Answers that are looked at: those that need no further label.")
    labels: int = Field(description="That they were made of.")
    fixed: float | None = Field(description="Labels for each item that would have come to the same certainty.")
    at_least: bool = Field(description="Whether not even 20 would have.")
    share: Figure = Field(description="Of the labels that a fixed number would have taken, how many were not needed.")
    why: Literal["not_adaptive", "task_type", "too_few"] | None = Field(
        description="Why there is no figure: `most_labels` is not set, answers are sets or numbers, or too few answers "
        "of several people."
    )


class LabelAgreement(BaseModel):
    """How far people agree on one label: whether it was said of an item or not. given: how often it was said."""

    label: str
    alpha: Figure
    given: int


class ValueAgreement(BaseModel):
    """How far people agree on the items with one value of the field `overlap_field`."""

    value: str
    alpha: Figure
    items: int


class PairAgreement(BaseModel):
    """How far two people agree on what both labeled. alike: the share of those items with the same answer."""

    people: list[LabelerOut]
    kappa: Figure = Field(description="Cohen's kappa, of numbers and sets of labels weighted by how far they differ.")
    items: int
    alike: float


class AgreementThen(BaseModel):
    """How far people agreed on the items that were first answered in a time."""

    since: datetime
    until: datetime
    alpha: Figure
    items: int


class AgreementOut(BaseModel):
    """How far people agree beyond chance, on items that several labeled: the newest 50,000 of them at most."""

    level: str = Field(description="What a disagreement weighs: `nominal`, `interval` (squared difference) or `sets`.")
    alpha: Figure = Field(description="Krippendorff's alpha: 1 is perfect, 0 is what chance would do.")
    items: int = Field(description="Items with several labels that count.")
    labels: int = Field(description="Labels of those items.")
    people: int = Field(description="Who gave them.")
    why: Literal["no_overlap", "one_value"] | None = Field(
        description="Why there is no figure: no item has two labels, or nobody ever said anything else."
    )
    weighting: Literal["none", "drawn", "weighted", "unknown"] = Field(
        "none",
        description="How all figures here are freed of how items were chosen. `none`: all of them get the same number "
        "of labels. `drawn`: of the randomly drawn share that several people label, and their first labels: not of "
        "items where more were asked since people disagree, or in a campaign. `weighted`: the same, each item weighed "
        "by 1 over the probability that it was drawn, which differs (`overlap_field`). `unknown`: which items have "
        "several labels was not drawn at random, or too few of those were labeled: where people were asked since an "
        "answer was in doubt, the figures are too low.",
    )
    plain: Figure | None = Field(
        None, description="Of `drawn` and `weighted`: alpha of all items with several labels, each alike."
    )
    plain_items: int | None = None
    over_time: list[AgreementThen] = Field(
        description="The same of equal parts of the items, in the order in which they were first answered; none while "
        "there are too few."
    )
    by_label: list[LabelAgreement] = Field(description="The labels that were given, 50 at most.")
    field: str | None = Field(None, description="The metadata field of `by_value`: the setting `overlap_field`.")
    by_value: list[ValueAgreement] = Field(
        default_factory=list,
        description="Its values with 20 such items or more, those with most first, 50 at most. Where each value was to "
        "get enough of them, rare ones are more frequent here than in the project; `alpha` weighs them as many as they "
        "are (`weighting`).",
    )
    pairs: list[PairAgreement] = Field(
        description="Every two people who share five items or more, those who share most first, 100 at most."
    )
