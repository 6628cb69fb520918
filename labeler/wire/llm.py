"""Language models as labelers, as callers see them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, SecretStr, model_validator

from labeler.wire.base import In, Page
from labeler.wire.labels import Key
from labeler.wire.quality import Figure

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Endpoint = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_000,
        pattern=r"^[^\x00]*$",
        description="Where the chat completions protocol is spoken. Its host must be one that the operator allows.",
        examples=["https://llm.example.org/v1"],
    ),
]
ModelName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
ApiKey = Annotated[
    SecretStr, Field(min_length=1, max_length=500, description="Stored, and never sent back: `key_hint` has its end.")
]
KeyName = Annotated[
    str, Field(max_length=100, description="Instead of `api_key`: the name of a key in LABELER_LLM_KEYS.")
]
Price = Annotated[float, Field(ge=0, le=1_000, description="What 1,000 tokens cost, in your currency.")]
Money = Annotated[float, Field(gt=0, le=1_000_000)]
Share = Annotated[
    float, Field(ge=0.01, le=1, description="Share of its labels, drawn at random, that people are asked for, blind.")
]
Bar = Annotated[
    float,
    Field(
        ge=0.5,
        le=0.999,
        description="Accuracy that the lower end of its interval must reach before its labels may count; default: how "
        "often people are right, or 0.9 where that is not known.",
    ),
]
Template = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")]
Use = Literal["measure", "suggest", "weigh", "count"]
Reason = Literal["by_hand", "endpoint", "key", "money", "drift", "left"]
Outcome = Literal["label", "empty", "refused", "too_long", "prose", "another_label", "outdated"]


class LlmPrompt(In):
    """What is asked, with the parts {guideline}, {labels}, {examples}, {answer} and {item}, each filled in."""

    system: Template = Field(description="How the model is to work. It holds no {item}.")
    user: Template = Field(description="What it is asked each time, with {item} once.")


class LlmPromptVersion(LlmPrompt):
    version: int
    created_by: str | None
    created_at: datetime


class _Limits(In):
    cost_per_1k_tokens: Price | None = None
    blind_share: Share = 0.1
    bar: Bar | None = None
    per_minute: Annotated[int, Field(ge=1, le=60_000, description="Requests per minute, at most.")] = 60
    money_limit: Money | None = Field(None, description="It pauses itself before it has cost more than this in all.")
    max_tokens: Annotated[int, Field(ge=1, le=16_000, description="Tokens of one answer, at most.")] = 300
    examples: Annotated[int, Field(ge=0, le=20, description="Answered items that are shown beside each item.")] = 4


class LlmIn(_Limits):
    name: Name
    kind: Literal["llm"] = "llm"
    endpoint: Endpoint
    model: ModelName
    api_key: ApiKey | None = None
    key_name: KeyName | None = None
    prompt: LlmPrompt | None = Field(None, description="Default: one that the project's question gives.")

    @model_validator(mode="after")
    def _one_key(self) -> "LlmIn":
        if self.api_key is not None and self.key_name is not None:
            raise ValueError("give api_key or key_name, not both")
        return self


class LlmChange(In):
    """What is given is changed."""

    name: Name | None = None
    endpoint: Endpoint | None = None
    model: ModelName | None = None
    api_key: ApiKey | None = None
    key_name: KeyName | None = None
    cost_per_1k_tokens: Price | None = None
    blind_share: Share | None = None
    bar: Bar | None = None
    per_minute: Annotated[int, Field(ge=1, le=60_000)] | None = None
    money_limit: Money | None = None
    max_tokens: Annotated[int, Field(ge=1, le=16_000)] | None = None
    examples: Annotated[int, Field(ge=0, le=20)] | None = None
    prompt: LlmPrompt | None = None
    paused: bool | None = None
    use: Use | None = Field(
        None,
        description="`measure`: its labels are kept and count nowhere; `suggest`: they are shown beside items; "
        "`weigh`: they are the answer of single labels that nobody has given, with rules and by what they are worth; "
        "`count`: they count like a person's. Both need that it passes (409 otherwise).",
    )

    @model_validator(mode="after")
    def _something(self) -> "LlmChange":
        if not self.model_fields_set:
            raise ValueError("give something to change")
        if self.api_key is not None and self.key_name is not None:
            raise ValueError("give api_key or key_name, not both")
        return self


class LlmByLabel(BaseModel):
    """found: of the items with this answer by people, how often it says so; right: how often it is right where it says
    so."""

    label: str
    people: int = Field(description="Items on which people say so.")
    said: int = Field(description="Items on which it says so.")
    found: Figure
    right: Figure


class LlmReplacement(BaseModel):
    """Whether it may stand in for one person (the alternative annotator test, arXiv 2501.10970)."""

    stands_in: bool | None = Field(description="None: that can't be told yet. It needs 3 people and 30 items of each.")
    people: int
    items: int
    winning: float | None = Field(description="Share of the people for whom it may stand in; half of them are enough.")
    advantage: float | None = Field(description="How often it is at least as near to the others as a person is.")


class LlmMeasured(BaseModel):
    """What the blind share says of it as it is now: earlier prompts and models are left out."""

    accuracy: Figure
    judged: int = Field(description="Labels that people answered, too, without seeing them.")
    waiting: int = Field(description="Labels that people are asked for and have not answered.")
    bar: float
    human_level: float | None = Field(description="How often people are right, where that is known.")
    passes: bool
    why: str = Field(description="The same in a sentence.")
    by_label: list[LlmByLabel]
    replacement: LlmReplacement
    drift: float | None = Field(description="Change of its accuracy lately, where it fell and that is no chance.")


class LlmOut(BaseModel):
    id: int = Field(description="Its account: the `id` in GET /labelers, and the labeler of its labels.")
    name: str
    kind: Literal["llm"] = "llm"
    endpoint: str
    model: str
    key_hint: str | None = Field(description="The last characters of its key, or the name of one of the operator's.")
    cost_per_1k_tokens: float | None
    blind_share: float
    bar: float | None
    per_minute: int
    money_limit: float | None
    max_tokens: int
    examples: int
    prompt: LlmPromptVersion
    use: Use
    paused: bool
    pause_reason: Reason | None
    pause_detail: str | None
    labels: int = Field(description="In force.")
    asked: int = Field(description="Questions that were put to it, trials included.")
    refusals: dict[str, int] = Field(description="Replies that are no answer, by kind, without trials.")
    tokens: int
    cost: float | None = Field(description="Of all questions; null where the price is not known.")
    seconds_per_label: float | None
    measured: LlmMeasured
    job_id: int | None = Field(description="The trial or run that waits or is at work.")
    trial_id: int | None = Field(description="The job of the newest trial: its result is an `LlmTrial`.")
    created_by: str | None
    created_at: datetime


class LlmPage(Page[LlmOut]):
    allowed: list[str] = Field(description="Hosts that the operator allows; none: language models are off.")
    key_names: list[str] = Field(description="Names of keys that the operator has set.")
    prompt: LlmPrompt = Field(description="What a new one is asked unless somebody says otherwise.")


class LlmPreviewIn(In):
    item_key: Key
    prompt: LlmPrompt | None = Field(None, description="A prompt that is not kept; default: its own.")


class LlmMessage(BaseModel):
    role: str
    content: str


class LlmPreview(BaseModel):
    """What would be sent of an item; nothing is."""

    messages: list[LlmMessage]
    tokens: int = Field(description="About: a quarter of the characters.")
    cost: float | None


class LlmTrialIn(In):
    n: Annotated[int, Field(ge=1, le=50)] = 20


class LlmRunIn(In):
    most: Annotated[int, Field(ge=1, le=1_000_000, description="Items that are asked about, at most.")]
    money: Money | None = Field(None, description="It ends before it has cost more than this.")


class LlmTrialRow(BaseModel):
    item_key: str
    text: str
    prompt: str
    reply: str
    value: Any
    refusal: str | None
    people: Any = Field(description="What people answered; null: nothing yet.")
    agrees: bool | None
    seconds: float


class LlmTrial(BaseModel):
    """The result of a trial's job."""

    asked: int
    judged: int
    agreement: Figure
    refusals: dict[str, int]
    tokens: int
    cost: float | None
    seconds: float = Field(description="Of one question, in the middle.")
    rows: list[LlmTrialRow]
    stopped: str | None = Field(description="Why it ended early.")


class LlmAsk(BaseModel):
    """A question that was put to it."""

    id: int
    item_key: str
    purpose: Literal["trial", "run"]
    outcome: Outcome
    label_id: int | None
    prompt_version: int
    guideline_version: int | None
    schema_version: int
    sent: str | None = Field(description="What was asked; null: too long ago, its hash is left.")
    sent_sha256: str
    reply: str | None
    tokens: int
    cost: float | None
    seconds: float
    blind: bool
    probability: float | None = Field(description="The chance with which it was drawn for people to answer, too.")
    job_id: int
    created_at: datetime
