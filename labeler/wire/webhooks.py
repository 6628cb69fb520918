"""Webhooks as callers see them."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field, model_validator

from labeler.wire.base import In

EventName = Literal[
    "answer.reviewed",
    "assignment.ended",
    "assignment.started",
    "campaign.ended",
    "campaign.started",
    "comment.created",
    "dataset_version.made",
    "drift.found",
    "failure_modes.found",
    "guideline.published",
    "heuristic.changed",
    "item.flagged",
    "item.put_aside",
    "items.added",
    "items.removed",
    "items.restored",
    "label.submitted",
    "labeler.standing",
    "labels.imported",
    "labels.restored",
    "labels.taken_back",
    "llm.paused",
    "member.left",
    "model.challenged",
    "model.moved",
    "model.trained",
    "pipeline.tested",
    "project.changed",
    "schema.changed",
    "slices.changed",
    "test_cases.changed",
]
"""What a webhook can be told of: events of a project, but for the one that the project itself does not outlive."""
ALL = "*"
PING = "ping"
Events = Annotated[
    list[EventName | Literal["*"]],
    Field(
        min_length=1, max_length=50, description="Names of events (docs/events.md), or `*` for all.", examples=[["*"]]
    ),
]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="Where to; https:// and a public host, unless the operator allows others.",
        examples=["https://hooks.example.org/labels"],
    ),
]
State = Literal["waiting", "delivered", "failed"]


def everything() -> list[EventName | Literal["*"]]:
    return ["*"]


class WebhookIn(In):
    url: Url
    events: Events = Field(default_factory=everything)
    active: bool = True


class WebhookChange(In):
    """What is given is changed."""

    url: Url | None = None
    events: Events | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> "WebhookChange":
        if self.url is None and self.events is None and self.active is None:
            raise ValueError("give url, events or active")
        return self


class WebhookOut(BaseModel):
    id: int
    url: str
    events: list[str] = Field(description="Names of events, or `*`: all.")
    active: bool
    off_reason: str | None = Field(
        description="Why the service turned it off: `gone` (the receiver answered 410) or `failing` (nothing was taken "
        "for days)."
    )
    off_at: datetime | None
    failing_since: datetime | None = Field(description="Nothing was taken since then.")
    waiting: int = Field(description="Deliveries that wait; counted up to 1,000.")
    delivered: int
    failed: int = Field(description="Deliveries that were given up.")
    previous_secret_until: datetime | None = Field(description="Until then the secret before signs, too.")
    created_at: datetime


class NewSecret(WebhookOut):
    shown_once: ClassVar[tuple[str, ...]] = ("secret",)
    secret: str = Field(description="Shown this once: what deliveries are signed with.")


class DeliveryOut(BaseModel):
    id: int
    message_id: str = Field(description="The header `webhook-id`: the same with every attempt.")
    event: str
    data: dict[str, Any]
    state: State
    attempts: int
    response_status: int | None = Field(description="What the receiver answered the last time.")
    error: str | None
    duration_ms: int | None
    created_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None
