"""What comes in and goes out about the terms on which people label."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from labeler.wire.base import In

WorksAs = Literal["employee", "crowd", "contractor", "managed_team"]
Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
Cost = Annotated[float, Field(ge=0, le=1e6)]
Quota = Annotated[int, Field(ge=1, le=10_000_000)]


class _Terms(BaseModel):
    works_as: WorksAs | None = None
    cost_per_label: Cost | None = Field(None, description="In the money that the team counts in.")
    cost_per_hour: Cost | None = Field(None, description="Of labeling, while the page is seen; or `cost_per_label`.")
    per_day: Quota | None = Field(None, description="Most items they answer in a day.")
    in_all: Quota | None = Field(None, description="Most items they answer in this project.")
    utc_offset: Annotated[
        int, Field(ge=-840, le=840, description="Minutes that their clock is ahead of UTC: when their day begins.")
    ] = 0
    skills: list[Skill] = Field(
        default_factory=list,
        max_length=100,
        description="Items that ask for a skill (the setting `skill_field`) come to those who have it. None: any item.",
    )
    only_assigned: bool = Field(
        False, description="They get what is assigned to them, or asked of them again, and nothing else."
    )


class TermsIn(In, _Terms):
    """On what terms somebody labels; what is left out is as if it was never said."""

    @model_validator(mode="after")
    def _one_cost(self) -> "TermsIn":
        if self.cost_per_label is not None and self.cost_per_hour is not None:
            raise ValueError("give cost_per_label or cost_per_hour, not both")
        return self

    @field_validator("skills")
    @classmethod
    def _each_once(cls, skills: list[str]) -> list[str]:
        return list(dict.fromkeys(skills))


class TermsOut(_Terms):
    labeler_id: int
