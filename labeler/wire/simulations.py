"""Query strategies simulated on the labels that a project has."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from labeler.wire.quality import Figure

Why = Literal["no_model", "few_labels", "no_metric"]
Verdict = Literal["fewer", "more", "cant_tell"]


class SimulateIn(BaseModel):
    strategies: list[str] = Field(
        default_factory=list,
        max_length=20,
        description='Names, at most 5 with "random", which is always there. Empty: the project\'s own.',
    )
    seeds: int = Field(
        default=3, ge=2, le=10, description="How often it is done again, with other first labels and other test items."
    )


class SimulatedPoint(BaseModel):
    """labels: those that models learned from."""

    labels: int
    score: Figure


class SimulatedStrategy(BaseModel):
    """What became of one strategy."""

    name: str
    curve: list[SimulatedPoint] = Field(description="Means over seeds; intervals over seeds and items.")
    needed: Figure = Field(
        description="Labels until models come to the mark. Of its first value, `first`, it is known that this or less "
        "is enough."
    )
    fewer: Figure | None = Field(
        description="How many labels fewer than the random order needs, below 0: more. From the same first labels, "
        "judged by the same items; the intervals of all strategies hold together in 95 % of cases. Null for the random "
        "order."
    )
    ahead: Figure | None = Field(
        description="By how much its models are better than those of the random order, on average over the curve; of a "
        "metric whose lower values are better, by how much lower."
    )
    verdict: Verdict | None = Field(description="By the whole interval of `fewer`; null for the random order.")


class Simulation(BaseModel):
    """Strategies on labels that were there. Labels that a strategy chose are no random sample of the pool: what is said
    holds of these labels, and less of the pool."""

    id: int
    at: datetime
    model: int = Field(description="With the pool, the features and the kind of this model.")
    seeds: int
    metric: str
    labels: int = Field(description="Labels that were there: of the model's version, holdout included.")
    used: int = Field(description="Labels that were simulated on: a random part where there are more than 2,000.")
    drawn_at_random: int = Field(description="Of those used, labels of items that were drawn at random.")
    chosen_by_queue: int = Field(
        description="Of those used, labels of items that a strategy or a model chose. Of the others, such as imported "
        "ones, nobody knows."
    )
    first: int = Field(description="Labels at random that each strategy began with.")
    pool: int = Field(description="Labels that could be asked for.")
    tested: int = Field(
        description="Labels that judged: another random third for each seed, which may be of the holdout."
    )
    full: Figure = Field(description="Score with all labels of the pool.")
    mark: float = Field(description="95 % of it; where lower is better, 1 / 95 %.")
    strategies: list[SimulatedStrategy] = Field(description="In the order asked for, the random order last.")
    best: str | None = Field(
        description="Of those that surely need fewer labels than the random order, the one that needed fewest; null: "
        "it can't be told."
    )
    took_ms: int


class Choice(BaseModel):
    name: str
    summary: str


class Simulations(BaseModel):
    """The last simulations, the newest first, and what a new one can be made with."""

    why: Why | None = Field(description="Why none can be made now. few_labels: fewer than 60.")
    labels: int = Field(description="Labeled items now.")
    more: int | None = Field(description="How many more labels it takes.")
    own: str = Field(description="The project's own strategy.")
    choices: list[Choice] = Field(description="Strategies that can be simulated.")
    simulations: list[Simulation]
