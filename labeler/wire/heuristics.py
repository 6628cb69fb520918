"""Heuristics as callers see them: rules that say a value where they match, and how good they are."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In, Page
from labeler.wire.quality import Figure
from labeler.wire.registered import Registered

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Kind = Annotated[
    str,
    Field(max_length=32, description="What kind of rule: keyword, regex, field, expression."),
    Registered("heuristics"),
]
Pattern = Annotated[str | None, Field(max_length=1_000, description="Of keyword, regex and field: what is looked for.")]
Expression = Annotated[
    str | None, Field(max_length=1_000, description="Of expression: CEL over `text`, `fields` and `metadata`.")
]
FieldName = Annotated[
    str | None, Field(max_length=200, description="Of field: which field of the row, or of the metadata.")
]
Op = Literal["equals", "contains", "above", "below"]
State = Literal["ready", "counting", "off", "stopped"]
OffReason = Literal["time", "memory", "hits", "schema", "kind"]
Use = Literal["suggest", "count"]
Advice = Literal["no_hits", "nearly_all", "few_answers", "mostly_wrong", "reliable", "mixed"]


class ConditionIn(In):
    """When a rule speaks."""

    kind: Kind
    pattern: Pattern = None
    expression: Expression = None
    field: FieldName = None
    op: Op | None = Field(None, description="Of field: how it is compared with `pattern`.")


class HeuristicIn(ConditionIn):
    name: Name = Field(examples=["prizes"])
    value: Any = Field(description="What it says, a value of the project's task type.", examples=["spam"])
    active: bool = True


class HeuristicTry(ConditionIn):
    """A rule that is not kept."""

    value: Any = Field(None, description="What it would say; without it nothing is said of how often it is right.")


class HeuristicChange(In):
    """What is given is changed."""

    name: Name | None = None
    pattern: Pattern = None
    expression: Expression = None
    field: FieldName = None
    op: Op | None = None
    value: Any = None
    active: bool | None = None
    use: Use | None = Field(
        None,
        description="`count`: it counts towards answers (409 unless it passes). Another condition or value makes it "
        "another rule, which only suggests until it is measured again.",
    )

    @model_validator(mode="after")
    def _something(self) -> "HeuristicChange":
        if not self.model_fields_set:
            raise ValueError("give name, pattern, expression, field, op, value, active or use")
        return self


class HeuristicOut(BaseModel):
    id: int
    name: str
    kind: str
    pattern: str | None
    expression: str | None
    field: str | None
    op: str | None
    value: Any
    active: bool
    state: State = Field(
        description="`counting`: it is run over the items, the figures are of before. "
        "`stopped`: the service turned it off."
    )
    off_reason: OffReason | None = Field(
        description="Why the service turned it off: it took too much `time` or `memory`, has too many `hits`, says "
        "what the `schema` does not have any more, or is of a `kind` that is not installed."
    )
    off_detail: str | None = Field(description="The same in words.")
    items: int | None = Field(description="Items that it was run over; null: not yet.")
    hits: int | None = Field(description="Items of which it speaks.")
    coverage: float | None = Field(description="Share of the items of which it speaks.")
    overlap: float | None = Field(description="Share of the items of which it and another rule speak.")
    conflict: float | None = Field(description="Share of the items of which another rule says otherwise.")
    judged: int = Field(description="Items of which it speaks and that people answered: the newest 20,000 answers.")
    accuracy: Figure = Field(description="Share of these where it says what people say.")
    advice: Advice | None = Field(
        description="`few_answers`: the interval is wide, label more; `mostly_wrong`; `reliable`; `mixed`; `no_hits`; "
        "`nearly_all`: it tells nothing apart."
    )
    use: Use = Field(description="`suggest`: order and hints alone; `count`: also answers, while it passes.")
    passes: bool = Field(description="Whether what people labeled says that it is right often enough to count.")
    why: str = Field(description="Why it passes, or does not.")
    created_by: str | None
    created_at: datetime


class TogetherOut(BaseModel):
    """What the active rules come to together, weighed by how often each is right."""

    coverage: float | None = Field(description="Share of the items of which one of them speaks.")
    judged: int
    accuracy: Figure = Field(
        description="How often the likeliest label is the answer, each answer foretold without looking at it."
    )
    majority: Figure = Field(description="The same of the label that most rules say.")


class RuleAnswers(BaseModel):
    """What rules and language models that count come to, by the last look."""

    method: Literal["label_model", "rules_majority"] = Field(
        description="`rules_majority`: too few labels of people to weigh each by what it is worth."
    )
    voices: int = Field(description="Rules and language models that count.")
    items: int = Field(description="Items outside of the holdout of which one of them speaks.")
    alone: int = Field(description="Of these, those that have an answer and that nobody has labeled.")
    people: int = Field(description="Items that people labeled, which they were measured on.")
    off: float | None = Field(
        description="How far their confidence is from how often they are right (expected calibration error), each "
        "label foretold without looking at it."
    )
    at: datetime


class HeuristicPage(Page[HeuristicOut]):
    together: TogetherOut
    answers: RuleAnswers | None = Field(description="None while none counts.")


class HeuristicExample(BaseModel):
    key: str
    text: str = Field(description="The beginning of the item.")
    answer: Any = Field(description="What people answered; null: nothing yet.")
    right: bool | None = Field(description="Whether the rule says the same.")


class HeuristicTried(BaseModel):
    """What a rule would do, on some thousand items: open ones drawn at random, and the last answered ones."""

    looked: int = Field(description="Items that it was tried on.")
    hits: int
    coverage: Figure
    judged: int
    accuracy: Figure
    failed: int = Field(description="Items of which it could not tell, for want of a field or by an error.")
    reason: str | None = Field(description="What went wrong there first.")
    matching: list[HeuristicExample] = Field(description="Items of which it speaks, those where it is wrong first.")
    silent: list[HeuristicExample] = Field(
        description="Items of which it does not, those first to which people gave its value."
    )


class HeuristicSuggestion(BaseModel):
    """A keyword that tells a label from others, found in what people answered."""

    pattern: str
    value: Any
    found: int = Field(description="Answered items with it.")
    coverage: Figure = Field(description="Share of the answered items that have it.")
    accuracy: Figure = Field(description="Share of these with this answer.")


class HeuristicSuggestions(BaseModel):
    items: list[HeuristicSuggestion] = Field(description="Those for each label in turn, the best first.")
    answers: int = Field(description="Answered items that were read.")
