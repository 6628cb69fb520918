"""Records of Argilla in the shapes that keep the state of a response, made alike: fields, responses and suggestions by
question.

Argilla's REST interface and version 1 have a list of responses, each with its user, its state, and the answers to all
questions; version 1 on the Hugging Face Hub has a column for each question instead.
"""

from collections.abc import Sequence
from typing import Any

from labeler.items.readers.tools.cells import decoded
from labeler.items.readers.tools.registry import Values

SUGGESTED, ABOUT = "-suggestion", "-suggestion-metadata"
NO_QUESTION = ""
"""Holds responses without an answer: those discarded at sight."""
_STATES = ("submitted", "discarded", "draft", "pending")
_NO_FIELDS = ("external_id", "id", "metadata", "responses", "suggestions", "status")


def has_lists(rows: Sequence[Values]) -> bool:
    """Whether these rows have responses one by one."""
    return all(isinstance(row.get("fields"), dict) and _are_responses(row.get("responses")) for row in rows) and any(
        row.get("responses") for row in rows
    )


def questions_in_columns(rows: Sequence[Values]) -> list[str]:
    """The columns of version 1 on the Hub that hold responses; none where it is another file."""
    names = {name for row in rows for name in row}
    found = [name for name in names if f"{name}{SUGGESTED}" in names and f"{name}{ABOUT}" in names]
    return sorted(name for name in found if all(_are_answers(decoded(row.get(name))) for row in rows))


def from_lists(row: Values) -> Values:
    """A record whose responses are a list."""
    responses: dict[str, list[Values]] = {}
    for one in row.get("responses") or ():
        who = {"user_id": one.get("user_id"), "status": one.get("status")}
        answers = one.get("values") or {}
        for question, given in answers.items():
            value = given.get("value") if isinstance(given, dict) else given
            responses.setdefault(question, []).append({"value": value, **who})
        if not answers:
            responses.setdefault(NO_QUESTION, []).append({"value": None, **who})
    return {
        "id": row.get("external_id") or row.get("id"),
        "fields": row.get("fields"),
        "metadata": row.get("metadata"),
        "responses": responses,
        "suggestions": {name: one for one in row.get("suggestions") or () if (name := _question(one))},
    }


def from_columns(row: Values, questions: Sequence[str]) -> Values:
    """A record with a column for each question."""
    suggestions = {}
    for name in questions:
        about = decoded(row.get(f"{name}{ABOUT}"))
        suggested = {"value": row.get(f"{name}{SUGGESTED}"), **(about if isinstance(about, dict) else {})}
        if suggested["value"] is not None:
            suggestions[name] = suggested
    ours = {f"{name}{ending}" for name in questions for ending in ("", SUGGESTED, ABOUT)}
    metadata = decoded(row.get("metadata"))
    return {
        "id": row.get("external_id") or row.get("id"),
        "fields": {name: value for name, value in row.items() if name not in ours and name not in _NO_FIELDS},
        "metadata": metadata if isinstance(metadata, dict) else None,
        "responses": {name: decoded(row.get(name)) or [] for name in questions},
        "suggestions": suggestions,
    }


def _question(suggestion: Any) -> str | None:
    if not isinstance(suggestion, dict):
        return None
    nested = suggestion.get("question")
    name = suggestion.get("question_name") or (nested.get("name") if isinstance(nested, dict) else None)
    return name if isinstance(name, str) else None


def _are_responses(cell: Any) -> bool:
    return cell is None or (isinstance(cell, list) and all(_has_state(one) and "values" in one for one in cell))


def _are_answers(cell: Any) -> bool:
    return cell in (None, "") or (isinstance(cell, list) and all(_has_state(one) and "value" in one for one in cell))


def _has_state(one: Any) -> bool:
    return isinstance(one, dict) and "user_id" in one and one.get("status") in _STATES
