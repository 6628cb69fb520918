"""Argilla: datasets made by `to_datasets` (columns "label.responses", ...), files made by `records.to_json`, and the
records of argilla_records.py. Only submitted responses are labels."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools import argilla_records as records
from labeler.items.readers.tools.cells import SEVERAL, columns_of, decoded, free_name, is_list_of, listed
from labeler.items.readers.tools.registry import Meaning, Values, tool

RESPONSES, SUGGESTION = ".responses", ".suggestion"
PREDICTION = "prediction"
_OWN = frozenset(("id", "status", "_server_id", "vectors", "fields", "metadata", "responses", "suggestions"))
_LOST = {
    "discarded": ("rejected", "discarded in Argilla"),
    "draft": ("ignored", "a draft in Argilla, never submitted"),
}


@tool("argilla", title="Argilla")
def argilla(rows: Sequence[Values]) -> Meaning | None:
    alike = _made_alike(rows)
    rows = [alike(row) for row in rows] if alike else rows
    columns = columns_of(rows)
    nested = {"fields", "responses", "suggestions"} <= columns and all(
        isinstance(row.get("fields"), dict) for row in rows
    )
    flat = any(name.endswith(f"{RESPONSES}.users") for name in columns) and not nested
    if not nested and not flat:
        return None
    responses = list(_responses(rows, nested))
    questions = _by_use(responses)
    suggested = sorted(_suggested(rows, columns, nested))
    questions += [name for name in suggested if name not in questions]
    main = questions[0] if questions else None
    outer = columns if flat else {name for row in rows for name in row["fields"]}
    names = {question: free_name(question, (outer - {question}) | {PREDICTION, "id"}) for question in questions}

    def convert(values: Values) -> Values:
        if alike is not None:
            values = alike(values)
        return _nested(values, names, main) if nested else _flat(values, names, main)

    notes = []
    if nested and responses and not any("status" in one for one in _given(rows)):
        notes.append(
            "this kind of file does not say which responses were submitted: drafts and discarded ones count too"
        )
    if len(questions) > 1:
        notes.append(SEVERAL.format(listed(names.values())))
    roles = {"key": "id"} if "id" in columns and (alike is None or all(row["id"] is not None for row in rows)) else {}
    if main is not None:
        roles |= {"label": names[main]} | ({PREDICTION: PREDICTION} if main in suggested else {})
    if flat and "text" in columns:
        roles["text"] = "text"
    return Meaning(convert, roles, tuple(notes))


def _made_alike(rows: Sequence[Values]) -> Callable[[Values], Values] | None:
    """What gives these rows the shape of `to_json`; None where they have it, or are none of Argilla's."""
    if records.has_lists(rows):
        return records.from_lists
    if questions := records.questions_in_columns(rows):
        return partial(records.from_columns, questions=questions)
    return None


def _responses(rows: Iterable[Values], nested: bool) -> Iterator[tuple[str, Any]]:
    for row in rows:
        if nested:
            for question, given in (row.get("responses") or {}).items():
                if question != records.NO_QUESTION:
                    yield from ((question, one.get("value")) for one in given or ())
        else:
            for name, cell in row.items():
                if name.endswith(RESPONSES) and isinstance(given := decoded(cell), list):
                    yield from ((name.removesuffix(RESPONSES), one) for one in given)


def _given(rows: Iterable[Values]) -> Iterator[Values]:
    return (one for row in rows for given in (row.get("responses") or {}).values() for one in given or ())


def _by_use(responses: Iterable[tuple[str, Any]]) -> list[str]:
    """The questions, those first that labels, lists of them or numbers answer, and then the one answered most."""
    counts: dict[str, int] = {}
    odd: set[str] = set()
    for question, value in responses:
        counts[question] = counts.get(question, 0) + 1
        if not isinstance(value, str | int | float) and not is_list_of(value, str):
            odd.add(question)
    return sorted(counts, key=lambda question: (question in odd, -counts[question]))


def _suggested(rows: Iterable[Values], columns: set[str], nested: bool) -> set[str]:
    if nested:
        return {question for row in rows for question in row.get("suggestions") or {}}
    return {name.removesuffix(SUGGESTION) for name in columns if name.endswith(SUGGESTION)}


def _nested(values: Values, names: dict[str, str], main: str | None) -> Values:
    fields = values["fields"] if isinstance(values.get("fields"), dict) else {}
    row: Values = {"id": values.get("id"), **fields}
    if values.get("metadata"):
        row["metadata"] = values["metadata"]
    for question, name in names.items():
        responses = values.get("responses") or {}
        given = [
            *(responses.get(question) or ()),
            *(responses.get(records.NO_QUESTION, ()) if question == main else ()),
        ]
        row[name] = Given(
            GivenLabel(one.get("value"), _user(one.get("user_id")), _LOST.get(one.get("status"))) for one in given
        )
        one = (values.get("suggestions") or {}).get(question)
        if one is not None and one.get("value") is not None:
            about = (one["value"], one.get("score"), one.get("agent"))
            row[PREDICTION if question == main else f"{name} {PREDICTION}"] = _prediction(*about)
    return row


def _flat(values: Values, names: dict[str, str], main: str | None) -> Values:
    ours = tuple(f"{question}{ending}" for question in names for ending in (RESPONSES, SUGGESTION))
    row = {
        n: v for n, v in values.items() if not n.startswith(ours) and (n == "id" or n not in _OWN or n == "metadata")
    }
    for question, name in names.items():
        given, users, states = (_list(values, f"{question}{RESPONSES}{part}") for part in ("", ".users", ".status"))
        if not len(given) == len(users) or (states and len(states) != len(given)):
            raise ValueError(f'"{question}{RESPONSES}" has another number of entries than its users or states')
        states = states or [None] * len(given)
        labels = zip(given, users, states, strict=True)
        row[name] = Given(GivenLabel(value, _user(who), _LOST.get(state)) for value, who, state in labels)
        suggestion = values.get(f"{question}{SUGGESTION}")
        if suggestion is not None:
            about = (
                suggestion,
                values.get(f"{question}{SUGGESTION}.score"),
                values.get(f"{question}{SUGGESTION}.agent"),
            )
            row[PREDICTION if question == main else f"{name} {PREDICTION}"] = _prediction(*about)
    return row


def _list(values: Values, column: str) -> list[Any]:
    cell = decoded(values.get(column))
    if cell not in (None, "") and not isinstance(cell, list):
        raise ValueError(f'"{column}" is no list that can be read back: save the dataset as Parquet or JSON Lines')
    return cell or []


def _prediction(value: Any, score: Any, agent: Any) -> Given:
    sure = float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
    return Given([GivenLabel(value, score=sure, model=str(agent)[:200] if agent else None)])


def _user(user_id: Any) -> str | None:
    return None if user_id is None else str(user_id)
