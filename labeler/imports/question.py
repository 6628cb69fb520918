"""Files of tools that asked several questions: the one that the project asks is taken for its labels."""

from collections.abc import Sequence

from labeler.imports.entry import cell
from labeler.imports.guess import Rows, Why
from labeler.items.given import Given
from labeler.projects.access import Project
from labeler.tasks import InvalidValue
from labeler.wire.imports import ImportMapping


def fitting(
    mapping: ImportMapping, why: Why, columns: Sequence[str], rows: Rows, project: Project
) -> tuple[ImportMapping, Why]:
    """The mapping with the column of labels of which the project can read most; unchanged where none is better."""
    asked = [name for name in columns if name != mapping.prediction and not name.endswith(" prediction")]
    asked = [name for name in asked if any(isinstance(cell(row, name), Given) for row in rows)]
    if mapping.label not in asked or len(asked) < 2:
        return mapping, why
    before = str(mapping.label)
    shares = {name: _readable(name, rows, project) for name in [before, *asked]}
    best = max(shares, key=lambda name: shares[name])
    if best == before:
        return mapping, why
    predicted = f"{best} prediction" if f"{best} prediction" in columns else None
    left = [name for name in (before, mapping.prediction) if name is not None]
    kept = [name for name in mapping.metadata or [] if name not in (best, predicted)] + left
    changed = {"label": best, "prediction": predicted, "score": None, "metadata": kept}
    reasons = {name: ("metadata", "answers to another question: kept, and shown next to the item") for name in left}
    reasons[best] = ("label", "of the file's questions the one whose answers fit this project")
    if predicted:
        reasons[predicted] = ("prediction", "what was predicted for this question")
    return mapping.model_copy(update=changed), {**why, **reasons}


def _readable(name: str, rows: Rows, project: Project) -> float:
    """The share of a column's labels that are answers to the project's question."""
    given = [
        one.value
        for row in rows
        for one in cell(row, name) or ()
        if isinstance(cell(row, name), Given) and not one.lost
    ]
    return sum(is_answer(value, project) for value in given) / len(given) if given else 0.0


def is_answer(value: object, project: Project) -> bool:
    """Whether the project can read it."""
    try:
        return project.task.parse(value, project.schema, None) is not None
    except InvalidValue:
        return False
