"""What one can choose about an export: a pydantic model a writer, whose fields REST, command line and pages offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Rows = Literal["answers", "labels"]


@dataclass(frozen=True)
class Wants:
    """What is read beside items, answers and labels in force. rows: "answers" or "labels"."""

    rows: Rows = "answers"
    soft: bool = False
    history: bool = False
    predictions: bool = False


class Options(BaseModel):
    """The base of them all. A field is a yes or no, a choice of words, or a text, and its description is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def wants(self) -> Wants:
        """What the rows must hold for these options."""
        names = Wants.__dataclass_fields__
        return Wants(**{name: value for name, value in self if name in names})


class ItemOptions(Options):
    """For formats with one object an item."""

    soft: bool = Field(
        False, title="Soft labels", description="Shares: which part of an item's labels says which label."
    )
    history: bool = Field(False, title="Earlier labels, too", description="Labels that were corrected or undone, too.")
    predictions: bool = Field(
        False, title="Predictions, too", description="What models elsewhere predicted, as it was imported."
    )


class TableOptions(Options):
    """For formats that are one table."""

    rows: Rows = Field(
        "answers", title="Each row is", description="One row for each item with its answer, or for each label."
    )
    soft: bool = Field(
        False, title="Soft labels", description="A column for each label: which part of an item's labels says it."
    )
    history: bool = Field(False, title="Earlier labels, too", description="Labels that were corrected or undone, too.")


class BadOption(Exception):
    """An option that the format does not have, or a value that it does not take; the message says which there are."""


def parse_options(model: type[Options], written: Sequence[str]) -> Options:
    """The options that these "name=value" say. Raises BadOption."""
    given: dict[str, str] = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign or name not in model.model_fields:
            raise BadOption(f'option "{one[:100]}": {_known(model)}')
        given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise BadOption(f'option "{name}" is "{given[name][:100]}": {_known(model)}') from None


def described(model: type[Options]) -> list[dict[str, Any]]:
    """Each option as `wire.formats.FormatOption` has it."""
    return [
        {
            "name": name,
            "title": field.title or name.replace("_", " ").capitalize(),
            "description": field.description or "",
            "default": field.default,
            "choices": _choices(field),
        }
        for name, field in model.model_fields.items()
    ]


def _choices(field: Any) -> list[str] | None:
    if field.annotation is bool:
        return ["true", "false"]
    return [str(one) for one in get_args(field.annotation)] if get_origin(field.annotation) is Literal else None


def _known(model: type[Options]) -> str:
    shown = [f"{one['name']}={'|'.join(one['choices'] or ['TEXT'])}" for one in described(model)]
    return f"expected one of {', '.join(shown)}" if shown else "this format has no options"
