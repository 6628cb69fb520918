"""What an import came to, in lines."""

from collections.abc import Iterator

from labeler.wire.imports import LABEL_FATES, ROW_FATES, Plan
from labeler.wire.items import ImportResult

SHOWN = 20


def told(done: ImportResult) -> Iterator[str]:
    """The plan it followed, the fate of every row and label, and the first of those that were not taken."""
    if done.plan is not None:
        yield from _plan(done.plan)
    again = f"{done.repeated:,} repeated in this file, " if done.repeated else ""
    counts = f"{done.taken:,} taken, {done.already_there:,} already there, {again}{done.refused:,} refused"
    yield f"{'It would be ' if done.dry_run else ''}{done.rows:,} rows: {counts}"
    for fate, words in ROW_FATES.items():
        if number := done.balance.rows.get(fate):
            yield f"  {number:>9,}  {words}"
    if labels := done.balance.labels:
        yield f"{sum(labels.values()):,} labels"
        for fate, words in LABEL_FATES.items():
            if number := labels.get(fate):
                yield f"  {number:>9,}  {words}"
    if added := done.balance.labels_added:
        yield f"{len(added):,} labels added to the project: {', '.join(added)}"
    if done.balance.predictions:
        yield f"{done.balance.predictions:,} predictions, kept as suggestions"
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
