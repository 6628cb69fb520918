"""What an import came to, in lines."""

from collections.abc import Iterator

from labeler.kit.counting import counted
from labeler.wire.imports import LABEL_FATES, ROW_FATES, Plan
from labeler.wire.items import ImportResult

SHOWN = 20


def told(done: ImportResult) -> Iterator[str]:
    """The plan it followed, the fate of every row and label, and the first of those that were not taken."""
    if done.plan is not None:
        yield from _plan(done.plan)
    again = f"{done.repeated:,} repeated in this file, " if done.repeated else ""
    counts = f"{done.taken:,} taken, {done.already_there:,} already there, {again}{done.refused:,} refused"
    rows = counted("{n} row", "{n} rows", done.rows)
    yield f"{'It would be ' if done.dry_run else ''}{rows}: {counts}"
    for fate, words in ROW_FATES.items():
        if number := done.balance.rows.get(fate):
            yield f"  {number:>9,}  {words}"
    if labels := done.balance.labels:
        yield counted("{n} label", "{n} labels", sum(labels.values()))
        for fate, words in LABEL_FATES.items():
            if number := labels.get(fate):
                yield f"  {number:>9,}  {words}"
    if added := done.balance.labels_added:
        words = counted("{n} label added to the project", "{n} labels added to the project", len(added))
        yield f"{words}: {', '.join(added)}"
    if done.balance.predictions:
        yield counted(
            "{n} prediction, kept as a suggestion", "{n} predictions, kept as suggestions", done.balance.predictions
        )
    told = [*done.errors, *done.notes]
    yield from (f'  row {one.row}, "{one.field}": {one.reason}' for one in told[:SHOWN])
    if len(told) > SHOWN:
        yield "  … (--json tells all)"
    if done.dry_run:
        yield "Nothing was changed (--dry-run)."


def _plan(plan: Plan) -> Iterator[str]:
    about = ", ".join(part for part in (plan.format, plan.encoding) if part)
    yield f"Taken for {about}:"
    for column in plan.columns:
        if column.role != "unused" or "." not in column.name:
            yield f'  {column.role:<10} "{column.name}" ({column.why})'
    yield f"  keys: {plan.keys}"
    yield f"  labels: {plan.labels}"
    yield from (f"  note: {warning}" for warning in plan.warnings)
