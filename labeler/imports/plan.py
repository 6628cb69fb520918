"""What an import takes a file for, said before anything is imported; and the first rows judged as the import would."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labeler.imports import bad_cells
from labeler.imports.by_labels import MISSING, by_labels, looks_like_data
from labeler.imports.entry import NO_TEXT, cell, listed_in
from labeler.imports.guess import Rows, Why, check_columns, columns_of, guess_mapping, present
from labeler.imports.question import fitting
from labeler.items.given import Given
from labeler.items.readers import BadRow, Detected, Hints, Limits, Row, read_rows, reader_of, sniff
from labeler.items.readers.portions import portion
from labeler.projects.access import Project
from labeler.tasks import suggested
from labeler.tasks.labels import spellings
from labeler.wire.imports import ImportMapping, Plan, PlannedColumn

LOOKED_AT = 1_000
CHARACTERS = 20_000_000  # of the rows that are looked at
_SAMPLES = 3
_SHOWN = 300
_WARNINGS = 10


@dataclass(frozen=True)
class Looked:
    """The beginning of a file: what it is, its first rows, and the plan that follows."""

    detected: Detected
    rows: list[Row | BadRow]
    plan: Plan

    @property
    def values(self) -> list[dict[str, Any]]:
        return [row.values for row in self.rows if isinstance(row, Row)]


def look(
    path: Path,
    limits: Limits | None = None,
    given: ImportMapping | None = None,
    cut: bool = False,
    project: Project | None = None,
) -> Looked:
    """Reads the first 1,000 rows. given: what somebody chose; all that it leaves out is guessed. cut: the file is only
    the beginning of one, and its last row may be incomplete. project: where it is to go. Raises FileRefused."""
    path = Path(path)
    detected = sniff(path, hints_of(given))
    hints = hints_of(given)
    may_be_data = detected.header and hints.header is None and detected.meaning is None
    if may_be_data and looks_like_data(detected.columns, project):
        detected = sniff(path, replace(hints, header=False))
    rows = portion(read_rows(path, detected, limits), LOOKED_AT, CHARACTERS)
    if cut and len(rows) < LOOKED_AT:
        rows = rows[:-1]
    values = [row.values for row in rows if isinstance(row, Row)]
    columns = columns_of(values)
    left_out = bad_cells.unreadable(rows)
    mapping, why = guess_mapping([name for name in columns if name not in left_out], values, detected.meaning)
    why.update({name: ("unused", f"{problem}, in each row looked at") for name, problem in left_out.items()})
    if project is not None:
        mapping, why = fitting(mapping, why, columns, values, project)
    mapping, why, notes = by_labels(mapping, why, columns, values, project)
    if given is not None:
        # Where each row has names of its own, what one lacks is reported with the row.
        known = columns if columns and reader_of(detected).same_columns else None
        guessed = mapping.label_map
        mapping, why = _chosen(given, mapping, why, known)
        notes = notes if mapping.label_map == guessed else []
    names = () if project is None else project.label_names
    about = [*_about_texts(mapping, values), *_about_labels(mapping, values, names)]
    unused = [name for name in left_out if why.get(name, ("unused",))[0] == "unused"]
    told = [f'"{name}" is not taken: it {left_out[name]}' for name in unused]
    warnings = [*notes, *told, *_warnings(rows, mapping), *about]
    return Looked(detected, rows, _plan(detected, columns, values, mapping, why, warnings))


def hints_of(given: ImportMapping | None) -> Hints:
    if given is None:
        return Hints()
    return Hints(given.format, given.header, given.delimiter, given.encoding)


def _chosen(
    given: ImportMapping, guess: ImportMapping, why: Why, columns: Sequence[str] | None
) -> tuple[ImportMapping, Why]:
    """What was chosen; of what was not mentioned, only how the file is read is left to the guess."""
    said = given.model_fields_set
    if not said & {"text", "fields", "key", "label", "metadata"}:
        return guess.model_copy(update={name: getattr(given, name) for name in said}), why
    return check_columns(given, columns), {name: (role, "chosen") for role, name in given.columns()}


def _plan(
    detected: Detected, columns: Sequence[str], rows: Rows, mapping: ImportMapping, why: Why, warnings: list[str]
) -> Plan:
    planned = [
        _column(name, [cell(row, name) for row in rows], *why.get(name, ("unused", "not chosen"))) for name in columns
    ]
    if mapping.key is None and rows:
        doubted = next((name for name, (_, note) in why.items() if note.endswith("no key")), None)
        warnings.append(
            "no column of ids: keys are made of the content, and rows with the same content are one item"
            if doubted is None
            else f'"{doubted}" is no key, as said there: keys are made of the content, and rows with the same content '
            "are one item"
        )
    return Plan(
        format=detected.dialect or detected.format,
        encoding=detected.encoding,
        delimiter=detected.delimiter,
        header=detected.header,
        columns=planned,
        keys=_keys(mapping),
        labels=_labels(mapping, rows),
        labelers=_labelers(mapping),
        predictions=_predictions(mapping),
        metadata=_metadata(mapping, planned),
        mapping=mapping,
        warnings=[*detected.warnings, *warnings],
    )


def _keys(mapping: ImportMapping) -> str:
    if mapping.key:
        return f'"{mapping.key}" as it is written; a row whose key is there already adds no item'
    return "made of the content"


def _labels(mapping: ImportMapping, rows: Rows) -> str:
    if not mapping.label:
        return "none in this file"
    unknown = {
        "report": "the item is taken without it, and told",
        "add": "it is added to the project's labels",
        "refuse": "the row is refused",
    }[mapping.unknown_labels]
    many = isinstance(mapping.label, list)
    if many and mapping.label_columns == "flags":
        where = f"the columns {_listed(mapping.label)} that say yes"
    elif many:
        where = f"the columns {_listed(mapping.label)}, one for each labeler"
    else:
        where = f'"{mapping.label}"'
    parts = f", parted at {mapping.separator!r}" if mapping.separator else ""
    return f"from {where}{parts}; case and spaces do not matter; where a label is none of the project's, {unknown}"


def _labelers(mapping: ImportMapping) -> str:
    if not mapping.label:
        return ""
    if mapping.labeler:
        return f'from "{mapping.labeler}": each name becomes a labeler whose labels are imported ones'
    if isinstance(mapping.label, list) and mapping.label_columns == "labelers":
        return "the names of the label columns"
    return "as the file says, else who imports"


def _predictions(mapping: ImportMapping) -> str:
    if not mapping.prediction:
        return "none in this file"
    scored = f' with the score in "{mapping.score}"' if mapping.score else ""
    return f'from "{mapping.prediction}"{scored}: suggestions, never labels'


def _metadata(mapping: ImportMapping, columns: Sequence[PlannedColumn]) -> str:
    unused = [column.name for column in columns if column.role == "unused" and "." not in column.name]
    kept = f"{_listed(mapping.metadata)} kept and shown next to the item" if mapping.metadata else "none"
    return kept + (f"; {_listed(unused)} not taken" if unused else "")


def _listed(names: Sequence[str] | None) -> str:
    shown = [f'"{name}"' for name in (names or [])[:10]]
    more = f" and {len(names or []) - 10} more" if len(names or []) > 10 else ""
    return ", ".join(shown) + more


def answers_in(mapping: ImportMapping, rows: Rows) -> list[Any]:
    """What stands in the label columns of these rows."""
    columns = mapping.label if isinstance(mapping.label, list) else [mapping.label] if mapping.label else []
    found: list[Any] = []
    if mapping.label_columns == "flags" and columns:
        return [columns]
    for row in rows:
        for name in columns:
            value = cell(row, name)
            if isinstance(value, Given):
                found += [one.value for one in value if one.lost is None]
            elif value not in (None, ""):
                parted = mapping.separator and isinstance(value, str)
                listed = listed_in(value.strip()) if isinstance(value, str) else None
                if listed is None:
                    listed = [part.strip() for part in value.split(mapping.separator)] if parted else value
                found.append(listed)
    return [meant for one in found if (meant := _meant(one, mapping.label_map)) not in (None, [])]


def _meant(answer: Any, label_map: Mapping[str, str | None]) -> Any:
    """An answer as the mapping takes it: labels that are written in another way, without those that are left out."""
    if isinstance(answer, str):
        return label_map.get(answer.strip(), answer)
    if isinstance(answer, list) and answer:
        return [taken for one in answer if (taken := _meant(one, label_map)) is not None]
    return answer


def question_of(mapping: ImportMapping, rows: Rows) -> dict[str, Any] | None:
    """The schema that the labels look like answers of."""
    return suggested(answers_in(mapping, rows))


def _about_labels(mapping: ImportMapping, rows: Rows, names: Sequence[str]) -> list[str]:
    """Guesses about labels that somebody should know of."""
    answers = answers_in(mapping, rows)
    words = [one for answer in answers for one in (answer if isinstance(answer, list) else [answer])]
    found = []
    twice = [group for group in spellings(w for w in words if isinstance(w, str)) if len(group) > 1]
    for group in twice[:_WARNINGS]:
        found.append(f"one label is spelled in {len(group)} ways and taken as one: {', '.join(group[:5])}")
    unlike = names and not mapping.label_map and not {str(word) for word in words} & set(names)
    if unlike and words and all(_is_number(word) for word in words):
        found.append("the labels are numbers: if they stand for names, say for which in label_map")
    return found


def _about_texts(mapping: ImportMapping, rows: Rows) -> list[str]:
    """Texts that say nothing."""
    if not isinstance(mapping.text, str):
        return []
    words = [value.strip() for value in (cell(row, mapping.text) for row in rows) if isinstance(value, str)]
    found = [word for word in words if word in MISSING and word not in NO_TEXT]
    if not found:
        return []
    shown = ", ".join(f'"{word}"' for word in sorted(set(found)))
    about = f"{len(found)} of the first {len(rows)} texts are only a word that may stand for none ({shown})"
    return [f"{about}: taken as texts"]


def _is_number(word: Any) -> bool:
    return not isinstance(word, bool) and (
        isinstance(word, int | float) or bool(re.fullmatch(r"\d+(\.0)?", str(word).strip()))
    )


def _warnings(looked: Sequence[Row | BadRow], mapping: ImportMapping) -> list[str]:
    bad = bad_cells.warnings(looked, mapping)
    warnings = bad[:_WARNINGS]
    if len(bad) > _WARNINGS:
        warnings.append(f"{len(bad) - _WARNINGS} more of the first {len(looked)} rows can't be read")
    if not looked:
        warnings.append("the file has no rows")
    return warnings


def _column(name: str, cells: list[Any], role: str, why: str) -> PlannedColumn:
    there = present(cells)
    samples = list(dict.fromkeys(str(shortened(one)) for one in there[:50]))[:_SAMPLES]
    return PlannedColumn(name=name, role=role, why=why, kind=_kind(there), samples=samples)


def _kind(there: list[Any]) -> str:
    if not there:
        return "empty"
    if any(isinstance(one, Given) for one in there):
        return "labels"
    if any(isinstance(one, dict | list) for one in there):
        return "nested"
    words = [str(one).strip() for one in there]
    if all(word.lower() in ("true", "false", "yes", "no") for word in words):
        return "boolean"
    if all(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", word[:50], re.IGNORECASE) for word in words):
        return "number"
    if all(re.match(r"\d{4}-\d\d-\d\d([T ]|$)", word[:50]) for word in words):
        return "date"
    few = len(set(words)) <= max(2, len(words) // 4) and max(map(len, words)) <= 60
    return "category" if few else "text"


def shortened(value: Any) -> Any:
    """A cell as a preview shows it."""
    if isinstance(value, Given):
        value = ", ".join(str(one.value) for one in value)
    if isinstance(value, dict | list):
        value = str(value)
    return f"{value[:_SHOWN]}…" if isinstance(value, str) and len(value) > _SHOWN else value
