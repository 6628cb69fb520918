"""What is wrong in a body is named by a pointer into it, in words without pydantic's own."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, model_validator

from labeler.kit.validation import explain_validation, pointer
from labeler.wire.accounts import Email


class Inner(BaseModel):
    low: int
    names: dict[str, Annotated[str, Field(max_length=3)] | None] = {}

    @model_validator(mode="after")
    def _fits(self) -> "Inner":
        if self.low > 9:
            raise ValueError("low is above 9.")
        return self


class Body(BaseModel):
    inner: list[Inner | bool] = []
    value: str | int | list[str] = ""


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ({"value": {}}, {"/value"}),
        ({"value": ["a", 1]}, {"/value", "/value/1"}),
        ({"inner": [{"low": 1, "names": {"a/b~c": "long"}}]}, {"/inner/0", "/inner/0/names/a~1b~0c"}),
        ({"inner": [{}]}, {"/inner/0", "/inner/0/low"}),
        ({"inner": [{"low": 10}]}, {"/inner/0"}),
        ({"inner": "x"}, {"/inner"}),
        ([], {"/"}),
    ],
)
def test_pointers_lead_into_what_was_sent(sent: Any, wanted: set[str]) -> None:
    with pytest.raises(ValidationError) as raised:
        Body.model_validate(sent)
    told = explain_validation(raised.value, sent)
    assert {one["pointer"] for one in told.errors} == wanted
    assert not any("Value error" in one["detail"] or one["detail"].endswith(".") for one in told.errors)


class Typed(BaseModel):
    email: Email | None = None
    name: Annotated[str, Field(min_length=2, max_length=5, pattern=r"^[^\x00]*$")] | None = None
    code: Annotated[str, Field(pattern="^[a-z]+$")] | None = None
    rows: Annotated[list[int], Field(min_length=1, max_length=2)] | None = None
    share: Annotated[float, Field(ge=0.5, le=1)] | None = None
    pace: Annotated[int, Field(gt=0, lt=10)] | None = None
    role: Literal["reader", "labeler", "manager"] | None = None


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"email": ""}, "is no email address"),
        ({"email": "nora"}, "is no email address"),
        ({"name": "a"}, "is too short: at least 2 characters are wanted"),
        ({"name": "abcdef"}, "is too long: at most 5 characters are taken"),
        ({"name": "a\0b"}, "holds a NUL character"),
        ({"code": "A"}, "is not in the form that is wanted here"),
        ({"rows": []}, "has too few entries: at least 1 is wanted"),
        ({"rows": [1, 2, 3]}, "has too many entries: at most 2 are taken"),
        ({"share": 0.2}, "must be at least 0.5"),
        ({"share": 2}, "must be at most 1"),
        ({"pace": 0}, "must be more than 0"),
        ({"pace": 10}, "must be less than 10"),
        ({"role": "boss"}, "must be one of these: 'reader', 'labeler', 'manager'"),
    ],
)
def test_nobody_reads_a_pattern_or_a_type_of_pythons(sent: Any, words: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Typed.model_validate(sent)
    assert [one["detail"] for one in explain_validation(raised.value, sent).errors] == [words]


def test_a_pointer_goes_as_far_as_the_value() -> None:
    assert pointer(("labels", 3, "name"), {"labels": [{}]}) == "/labels"
    assert pointer(("labels", 0, "name"), {"labels": [{}]}, is_missing=True) == "/labels/0/name"
