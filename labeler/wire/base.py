"""What the shapes of every room stand on."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from labeler.wire.untrusted import Bounds, fault

BODY = Bounds(plain=False)
T = TypeVar("T")


class In(BaseModel):
    """A request body: unknown fields are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _acceptable(cls, value: Any) -> Any:
        if (found := fault(value, BODY)) is not None:
            raise ValueError(found.reason)
        return value


class Page(BaseModel, Generic[T]):
    """One page of a list. next_cursor: where the next one starts; None: this is the last."""

    items: list[T]
    next_cursor: str | None = None
