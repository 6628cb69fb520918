"""What the labels of the project that a file goes to say about it: which column holds them, how they are parted, and
which words stand for none."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from labeler.imports.entry import cell, is_yes_or_no, listed_in
from labeler.imports.guess import Rows, Why, is_named_rating, is_of_a_model, present
from labeler.imports.question import is_answer
from labeler.items.given import Given
from labeler.projects.access import Project
from labeler.tasks.labels import folded
from labeler.wire.imports import ImportMapping

PARTING = ("|", ";")
LONGEST_LABEL = 50  # signs
SEPARATORS = ("|", ";", ",", "#", "/")
MISSING = frozenset(("NA", "N/A", "#N/A", "n/a", "NaN", "nan", "<NA>", "NULL", "null", "None", "\\N"))
"""What programs write for a missing value, where it is none of the project's labels."""
_ENOUGH = 0.8
Readable = Callable[[Any], bool]
_OWN = ("metadata", "fields")


def by_labels(
    mapping: ImportMapping, why: Why, columns: Sequence[str], rows: Rows, project: Project | None
) -> tuple[ImportMapping, Why, list[str]]:
    """The mapping with what the labels say, and notes about it."""
    names = {folded(name) for name in project.label_names} if project is not None else set()
    why = dict(why)
    if project is not None and mapping.label is None:
        mapping = _with_column(mapping, why, columns, rows, project)
    if not isinstance(mapping.label, str):
        return mapping, why, []
    words = [value for value in (cell(row, mapping.label) for row in rows) if isinstance(value, str) and value.strip()]
    unknown = {word.strip() for word in words} - MISSING
    unknown = {word for word in unknown if folded(word) not in names and listed_in(word) is None}
    sign = _separator(unknown, names) if names else _parting(unknown) if project is None else None
    if unknown and sign is not None:
        mapping = mapping.model_copy(update={"separator": sign})
    stand_for_none = MISSING if project is not None else MISSING - {"None", "null", "NULL"}
    missing = sorted({word.strip() for word in words if word.strip() in stand_for_none and folded(word) not in names})
    if not missing:
        return mapping, why, []
    shown = ", ".join(f'"{word}"' for word in missing)
    note = f'{shown} in "{mapping.label}" is taken for no label, as programs write it; if it is one, change label_map'
    return mapping.model_copy(update={"label_map": dict.fromkeys(missing)}), why, [note]


def looks_like_data(columns: Iterable[str] | None, project: Project | None) -> bool:
    """Whether what was taken for names of columns holds one label of the project: a row without a header. With several
    each is the name of a column that says yes or no."""
    names = {folded(name) for name in project.label_names} if project is not None else set()
    return len([name for name in columns or () if folded(name) in names]) == 1


def _with_column(
    mapping: ImportMapping, why: Why, columns: Sequence[str], rows: Rows, project: Project
) -> ImportMapping:
    names = {folded(name) for name in project.label_names}
    free = [name for name in columns if why.get(name, ("unused",))[0] in _OWN and "." not in name]
    said = [name for name in free if is_of_a_model(name)]
    free = [name for name in free if name not in said]
    mapping = _with_prediction(mapping, why, said, rows, _in(names))
    flags = [name for name in free if folded(name) in names and all(map(is_yes_or_no, (cell(r, name) for r in rows)))]
    if len(flags) > 1:
        why.update({name: ("label", "named like a label of this project, and says yes or no") for name in flags})
        return _without(mapping, flags).model_copy(update={"label": flags, "label_columns": "flags"})
    if not names:
        free = [name for name in free if is_named_rating(name)]
    readable = _in(names) if names else partial(is_answer, project=project)
    shares = {name: _share(present([cell(row, name) for row in rows]), readable) for name in free}
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is None or shares[best] < _ENOUGH or (mapping.fields and len(mapping.fields) < 2):
        return mapping
    why[best] = ("label", f"what stands in it are {'labels' if names else 'answers'} of this project")
    return _without(mapping, [best]).model_copy(update={"label": best})


def _with_prediction(
    mapping: ImportMapping, why: Why, columns: Sequence[str], rows: Rows, readable: Readable
) -> ImportMapping:
    """What a model says is no label, whatever stands in it."""
    found = [name for name in columns if _share(present([cell(row, name) for row in rows]), readable) >= _ENOUGH]
    if mapping.prediction is not None or not found:
        return mapping
    why[found[0]] = ("prediction", "named like a prediction, and what stands in it are labels of this project")
    return _without(mapping, found[:1]).model_copy(update={"prediction": found[0]})


def _without(mapping: ImportMapping, names: Sequence[str]) -> ImportMapping:
    kept = {role: [one for one in getattr(mapping, role) or [] if one not in names] for role in _OWN}
    return mapping.model_copy(update={role: value for role, value in kept.items() if getattr(mapping, role)})


def _share(cells: Sequence[Any], readable: Readable) -> float:
    """Of the cells that say something, how many are answers."""
    said = [one for one in cells if not (isinstance(one, str) and one.strip() in MISSING)]
    if not said or any(isinstance(one, Given | dict) for one in said):
        return 0.0
    return sum(map(readable, said)) / len(said)


def _in(names: set[str]) -> Readable:
    """Whether a cell is one of these labels, or several of them."""

    def readable(value: Any) -> bool:
        if isinstance(value, list):
            return bool(value) and all(isinstance(one, str) and folded(one) in names for one in value)
        if not isinstance(value, str):
            return False
        return folded(value) in names or readable(listed_in(value.strip())) or _separator([value], names) is not None

    return readable


def _parting(words: Iterable[str]) -> str | None:
    """What seems to part cells into several labels, while nobody has said which labels there are: a label comes back
    beside another one. Commas and slashes are in the names of labels, too."""
    for sign in PARTING:
        several = {word for word in words if sign in word}
        parts = Counter(part for word in several for part in {one.strip() for one in word.split(sign)})
        if several and "" not in parts and max(parts.values()) > 1 and max(map(len, parts)) <= LONGEST_LABEL:
            return sign
    return None


def _separator(words: Iterable[str], names: set[str]) -> str | None:
    """What parts all of these words into labels."""
    for sign in SEPARATORS:
        if all(sign in word and all(folded(part) in names for part in word.split(sign)) for word in words):
            return sign
    return None
