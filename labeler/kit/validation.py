"""What pydantic found wrong in a value, as problems name it: a JSON pointer into what was sent, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from labeler.kit.counting import counted
from labeler.kit.errors import Invalid
from labeler.wire.untrusted import NUL

MOST = 50
NO_NUL = r"^[^\x00]*$"
_NOTHING: Any = object()


def explain_validation(error: ValidationError, sent: Any, at: str = "") -> Invalid:
    """The error as a problem. sent: what was validated. at: pointer to where that stands in the body."""
    return invalid(field_errors(error.errors(), sent, at))


def field_errors(found: Sequence[Any], sent: Any, at: str = "") -> list[dict[str, str]]:
    """[{pointer, detail}] of pydantic's errors."""
    return [
        {"pointer": at + pointer(one["loc"], sent, is_missing=one["type"] == "missing"), "detail": detail_of(one)}
        for one in found[:MOST]
    ]


def invalid(errors: list[dict[str, str]]) -> Invalid:
    first = errors[0] if errors else {"pointer": "/", "detail": "not acceptable"}
    return Invalid(f"{first['pointer'].lstrip('/') or 'body'}: {first['detail']}.", errors=errors)


def pointer(where: Sequence[str | int], sent: Any, *, is_missing: bool = False) -> str:
    """The JSON pointer (RFC 6901) to a place in what was sent.

    pydantic also names what it tried there (the branch of a union, a key, a validator): nothing that a sender knows.
    """
    parts = []
    here = sent
    for place, part in enumerate(where):
        inner = _inside(here, part)
        if inner is not _NOTHING:
            here = inner
        elif not (is_missing and place == len(where) - 1):
            continue
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "/" + "/".join(parts)


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, _NOTHING)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return _NOTHING


def _plain(limit: Any) -> Any:
    """1 instead of 1.0."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def detail_of(one: Mapping[str, Any]) -> str:
    """Lengths, limits and patterns are told in words of ours: people read them, in their language."""
    limits = one.get("ctx") or {}
    match one["type"]:
        case "string_too_short" if limits["min_length"] == 1:
            return "must not be empty"
        case "string_too_short":
            return f"is too short: at least {limits['min_length']} characters are wanted"
        case "string_too_long":
            return f"is too long: at most {limits['max_length']} characters are taken"
        case "string_pattern_mismatch" if "@" in limits["pattern"]:
            return "is no email address"
        case "string_pattern_mismatch" if limits["pattern"] == NO_NUL:
            return NUL
        case "string_pattern_mismatch":
            return "is not in the form that is wanted here"
        case "too_short":
            return counted(
                "has too few entries: at least {n} is wanted",
                "has too few entries: at least {n} are wanted",
                limits["min_length"],
            )
        case "too_long":
            return counted(
                "has too many entries: at most {n} is taken",
                "has too many entries: at most {n} are taken",
                limits["max_length"],
            )
        case "greater_than_equal":
            return f"must be at least {_plain(limits['ge'])}"
        case "greater_than":
            return f"must be more than {_plain(limits['gt'])}"
        case "less_than_equal":
            return f"must be at most {_plain(limits['le'])}"
        case "less_than":
            return f"must be less than {_plain(limits['lt'])}"
        case "literal_error":
            known = ", '".join(str(limits["expected"]).rsplit(" or '", 1))
            return f"must be one of these: {known}"
    message = str(one["msg"])
    if one["type"] in ("value_error", "assertion_error"):  # what it begins with is pydantic's
        message = message.partition(", ")[2] or message
    return message.rstrip(".")
