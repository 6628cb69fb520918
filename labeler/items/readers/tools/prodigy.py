"""Prodigy's JSON Lines: one line for each answer of each annotator."""

import re
from collections.abc import Sequence
from typing import Any

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools.cells import columns_of, first_key
from labeler.items.readers.tools.registry import Meaning, Values, tool

ANSWERS = ("accept", "reject", "ignore")
LABEL = "label"
_UNNAMED = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")  # a session that nobody gave a name
_LEFT_OUT = frozenset(("tokens", "config", "style", "options", "accept", "answer", "html", "_view_id", "_is_binary"))
_ABOUT = frozenset(("_input_hash", "_task_hash", "_session_id", "_annotator_id", "_timestamp"))


@tool("prodigy", title="Prodigy")
def prodigy(rows: Sequence[Values]) -> Meaning | None:
    """Rows with an answer, of which only "accept" is a label."""
    said = [row["answer"] for row in rows if "answer" in row]
    if not said or not all(one in ANSWERS for one in said):
        return None
    columns = columns_of(rows)
    if not columns & {"label", "options", "accept", "spans"} or not all("text" in row for row in rows):
        return None
    notes = ["only what was accepted becomes a label: rejected and ignored answers are counted as such"]
    if "spans" in columns:
        notes.append('"spans" are kept as metadata: labels at places in a text are no answers to this kind of question')
    key = first_key(rows, ("key", "id", "_input_hash"))
    roles = {"text": "text", LABEL: LABEL}
    return Meaning(_row, roles | ({"key": key} if key else {}), tuple(notes))


def _row(values: Values) -> Values:
    row = {name: value for name, value in values.items() if name not in _LEFT_OUT and name not in _ABOUT}
    if "_input_hash" in values and not values.keys() & {"key", "id"}:
        row["_input_hash"] = values["_input_hash"]
    if isinstance(row.get("meta"), dict):
        row["metadata"] = row.pop("meta")
    row[LABEL] = Given(_labels(values))
    return row


def _labels(values: Values) -> list[GivenLabel]:
    answer, who = values.get("answer"), _annotator(values)
    if answer is None:
        return []
    asked = _asked(values)
    if asked is None:
        return []
    if answer == "reject":
        return [GivenLabel(asked, who, ("rejected", f'"{_shown(asked)}" was rejected in Prodigy'))]
    if answer == "ignore":
        return [GivenLabel(asked, who, ("ignored", "ignored in Prodigy"))]
    return [GivenLabel(asked, who)]


def _asked(values: Values) -> Any:
    """What the answer is about: the options that were chosen, or the one label; None: something else, such as spans."""
    if "options" in values or "accept" in values:
        chosen = values.get("accept")
        chosen = chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]
        texts = {
            one["id"]: one.get("text") for one in values.get("options") or () if isinstance(one, dict) and "id" in one
        }
        # An id that is a mere number stands for the option's text.
        return [str(texts.get(one) or one) if isinstance(one, int) else one for one in chosen]
    if isinstance(values.get("label"), str) and not values.get("spans"):
        return values["label"]
    return None


def _annotator(values: Values) -> str | None:
    for name in ("_annotator_id", "_session_id"):
        found = values.get(name)
        if isinstance(found, str) and found and not _UNNAMED.search(found):
            return found
    return None


def _shown(asked: Any) -> str:
    return ", ".join(map(str, asked)) if isinstance(asked, list) else str(asked)
