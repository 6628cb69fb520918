"""What comes in and goes out about where labelers stand: in training, passed, held, paused."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.labels import LabelerOut

State = Literal["training", "passed", "held", "paused"]


class Feedback(BaseModel):
    """What was right, told after an answer in training."""

    right: bool
    expected: Any = Field(description="The right answer, as of a label.")
    note: str = Field(description="Why it is so.")


class TrainingProgress(BaseModel):
    """How far somebody is with their training. needed: right answers that pass it."""

    state: State
    answered: int
    right: int
    of: int
    needed: int


class StandingChange(In):
    """go_on: they get the queue, and the rule on gold looks at what they answer from now on; train: a new training, of
    gold items that they have not seen; pause: nothing more until somebody lets them go on."""

    action: Literal["go_on", "train", "pause"]
    note: Annotated[
        str, Field(max_length=2000, pattern=r"^[^\x00]*$", description="They are told it while they are paused.")
    ] = ""


class StandingOut(BaseModel):
    """Where somebody stands who labels. state: none while they have answered nothing of a training."""

    labeler: LabelerOut
    state: State | None
    since: datetime | None = None
    reason: Literal["training", "too_few", "gold", "manager"] | None = Field(
        None, description="training: its result; too_few: gold items went away meanwhile; gold: the rule; manager."
    )
    note: str = ""
    by: str | None = Field(None, description="Who changed it; none: the service.")
    answered: int = Field(0, description="Items of the last training.")
    right: int = 0
    of: int = 0
    needed: int = 0
    recent: int = Field(0, description="Gold items that the rule paused them for.")
    recent_right: int = 0


class StandingsOut(BaseModel):
    """training: whether newcomers are trained: `off`, `no_gold`, `too_few` (fewer gold items than `fewest`) or `on`."""

    training: Literal["off", "no_gold", "too_few", "on"]
    gold: int = Field(description="Gold items that labelers get.")
    fewest: int = Field(description="Gold items that somebody must not have seen for a training to begin.")
    items: list[StandingOut]
