"""The plan of an import, with what would become of the first rows: before anything is imported."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.imports.check import check_rows, entries_of, unknown_labels
from labeler.imports.dry import DryRun
from labeler.imports.elsewhere import said_elsewhere
from labeler.imports.label_counts import counted_labels
from labeler.imports.plan import LOOKED_AT, answers_in, question_of, shortened
from labeler.imports.reading import beginning
from labeler.imports.tally import Tally
from labeler.items.readers import Row
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import Project
from labeler.tasks import parse_schema
from labeler.tasks.labels import distinct
from labeler.wire.imports import ImportMapping
from labeler.wire.projects import ProjectSettings

SHOWN = 20
ANY_QUESTION = {"type": "choice", "labels": [{"name": "a"}, {"name": "b"}]}
"""Where no row has an answer, any question refuses the same rows."""


@dataclass(frozen=True)
class Into:
    """Where a file would go: the project, and who would import it."""

    db: Database
    project: Project
    user_id: int


def preview(
    path: Path, settings: Settings, given: ImportMapping | None = None, into: Into | None = None, cut: bool = False
) -> dict[str, Any]:
    """What an import page shows of a file, as `wire.items.Preview` has it. cut: the file is only its beginning.

    With a project, the first thousand rows are judged as the import would. Raises FileRefused.
    """
    plan, looked = beginning(path, settings, given, cut, None if into is None else into.project)
    values = [row.values for row in looked if isinstance(row, Row)]
    mapping = plan.mapping
    task = question_of(mapping, values)
    found = [one["name"] for one in (task or {}).get("labels") or []] or distinct(answers_in(mapping, values))
    judged, elsewhere = (None, 0) if into is None else _judged(looked, mapping, settings, into)
    refused = _refused(looked, mapping, settings, task) if judged is None else judged.errors
    known = into.project.label_names if into is not None else ()
    return {
        "format": plan.format,
        "encoding": plan.encoding,
        "delimiter": plan.delimiter,
        "columns": [column.model_dump() for column in plan.columns],
        "rows": [{name: shortened(one) for name, one in row.items()} for row in values[:SHOWN]],
        "mapping": mapping.model_dump(exclude_defaults=True) | _roles(mapping),
        "labels_found": found,
        "label_counts": counted_labels(answers_in(mapping, values), known) if _has_names(task, into) else [],
        "content": "text" if mapping.text else "table",
        "task": task,
        "warnings": plan.warnings,
        "plan": plan,
        "rows_read": len(looked),
        "rows_follow": cut or len(looked) >= LOOKED_AT,
        "refused": refused,
        "balance": None if judged is None else judged.result()["balance"],
        "elsewhere": elsewhere,
    }


def _has_names(task: dict[str, Any] | None, into: Into | None) -> bool:
    """Whether answers are names of labels, of which one can be another with a slip."""
    return bool(into.project.labels if into is not None else (task or {}).get("labels"))


def _roles(mapping: ImportMapping) -> dict[str, Any]:
    roles = ("key", "text", "fields", "label", "split", "metadata")
    return {role: getattr(mapping, role) for role in roles}


def _refused(
    rows: list[Any], mapping: ImportMapping, settings: Settings, task: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """The rows that a new project, with the question that the labels look like answers of, could not take."""
    schema = parse_schema(task or ANY_QUESTION)
    project = Project(0, "", "", schema.type, schema, ProjectSettings(), None)
    tally = Tally()
    raw, told = entries_of(rows, mapping)
    check_rows(raw, project, settings, mapping, told).count(tally)
    return tally.errors


def _judged(rows: list[Any], mapping: ImportMapping, settings: Settings, into: Into) -> tuple[Tally, int]:
    """The fates of the rows, and how many say what is there under another key."""
    tally, project = Tally(), into.project
    dry = DryRun(into.db, user_id=into.user_id)
    try:
        raw, told = entries_of(rows, mapping)
        good = check_rows(raw, project, settings, mapping, told)
        if mapping.unknown_labels == "add" and unknown_labels(good.rows):
            project = dry.add_labels(project, good.rows, mapping, tally)
            good = check_rows(raw, project, settings, mapping, told)
        good.count(tally)
        dry.take(project, good, mapping, tally, 0)
        elsewhere = into.db.read(said_elsewhere, project, [row for _, row in good.rows])
    finally:
        dry.close()
    return tally, elsewhere
