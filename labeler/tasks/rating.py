"""Rating: the answer is a number on the project's scale."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from labeler.tasks.base import InvalidValue, TaskSchema, TaskType, kind_of, task

MOST_STEPS = 1_001
Number = int | float
_SUGGESTED = 11


class Scale(BaseModel):
    """Numbers from min to max, `step` apart. names: what single numbers mean, by the number as text."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    min: Number = 1
    max: Number = 5
    step: Annotated[Number, Field(gt=0)] = 1
    names: Annotated[dict[str, Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]], Field(max_length=100)] = (
        Field(default_factory=dict)
    )

    @model_validator(mode="after")
    def _fits(self) -> "Scale":
        if not self.min < self.max:
            raise ValueError(f"min is {self.min:g}, expected a number below max ({self.max:g})")
        steps = (self.max - self.min) / self.step
        if abs(steps - round(steps)) > 1e-9:
            raise ValueError(f"from {self.min:g} to {self.max:g} is no whole number of steps of {self.step:g}")
        if round(steps) + 1 > MOST_STEPS:
            raise ValueError(f"the scale has {round(steps) + 1:,} numbers, at most {MOST_STEPS:,} are taken")
        known = {as_text(number) for number in self.numbers()}
        for name in self.names:
            if name not in known:
                raise ValueError(f'names holds "{name[:50]}", which is not on the scale')
        return self

    def numbers(self) -> list[Number]:
        """All numbers of the scale, rising."""
        steps = round((self.max - self.min) / self.step)
        return [tidy(self.min + place * self.step) for place in range(steps + 1)]


class RatingSchema(TaskSchema):
    """The scale on which items are rated."""

    type: Literal["rating"] = "rating"
    scale: Scale = Field(default_factory=Scale)

    def names(self) -> list[str]:
        return [as_text(number) for number in self.scale.numbers()]

    def descriptions(self) -> dict[str, str]:
        return {as_text(number): self.scale.names.get(as_text(number), "") for number in self.scale.numbers()}


@task("rating")
class Rating(TaskType[RatingSchema]):
    """A number on a scale, such as one to five stars."""

    title = "A rating"
    schema = RatingSchema
    problem = "ordinal"
    level = "interval"

    def validate(self, value: Any, schema: RatingSchema, content: Mapping[str, Any] | None) -> Number:
        """The number. Raises InvalidValue when it is none, off the scale, or between two steps."""
        scale = schema.scale
        wanted = f"expected a number from {scale.min:g} to {scale.max:g} in steps of {scale.step:g}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValue(f'"label" is of type {kind_of(value)}, {wanted}')
        if not math.isfinite(value) or not scale.min <= value <= scale.max:
            raise InvalidValue(f'"label" is {value:g}, {wanted}')
        steps = (value - scale.min) / scale.step
        if abs(steps - round(steps)) > 1e-6:
            raise InvalidValue(f'"label" is {value:g}, {wanted}')
        return tidy(scale.min + round(steps) * scale.step)

    def parse(self, written: Any, schema: RatingSchema, content: Mapping[str, Any] | None) -> Number:
        """A number as text, or the name of a number on the scale; a list of one is that one."""
        if isinstance(written, list) and len(written) == 1:
            written = written[0]
        if isinstance(written, str):
            named = {name.casefold(): number for number, name in schema.scale.names.items() if name}
            text = named.get(written.strip().casefold(), written.strip())
            try:
                written = float(text)
            except ValueError:
                raise InvalidValue(f'"label" is "{text[:100]}", expected a number') from None
        return self.validate(written, schema, content)

    def dump(self, value: Any) -> str:
        return as_text(value)

    def load(self, text: str) -> Number:
        return tidy(float(text))

    def text(self, value: Any, schema: RatingSchema) -> str:
        name = schema.scale.names.get(as_text(value))
        return f"{as_text(value)} ({name})" if name else as_text(value)

    def counted_as(self, value: Any) -> list[str]:
        return [as_text(value)]

    def values(self, schema: RatingSchema) -> list[Number]:
        return schema.scale.numbers()

    def distance(self, a: Any, b: Any, schema: RatingSchema) -> float:
        """The difference, as a share of the scale."""
        return float(min(1.0, abs(a - b) / (schema.scale.max - schema.scale.min)))

    def translate(self, value: Any, mapping: Mapping[str, str | None]) -> Number | None:
        moved = mapping.get(as_text(value), as_text(value))
        return None if moved is None else tidy(float(moved))

    def suggest(self, written: Sequence[Any]) -> dict[str, Any] | None:
        try:
            found = sorted({float(one) for one in written if one is not None and str(one).strip()})
        except (TypeError, ValueError):
            return None
        whole = all(math.isfinite(one) and one.is_integer() for one in found)
        if not whole or not len(found) >= 3 or found[-1] - found[0] >= _SUGGESTED or found[0] not in (0, 1):
            return None
        return {"scale": {"min": int(found[0]), "max": int(found[-1]), "step": 1}}


def tidy(number: float) -> Number:
    """Without the noise of binary fractions; whole numbers as integers."""
    rounded = round(float(number), 9)
    return int(rounded) if rounded.is_integer() else rounded


def as_text(number: float) -> str:
    """The number as it is written: "4", "4.5"."""
    return str(tidy(number))
