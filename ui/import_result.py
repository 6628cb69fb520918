"""What an import came to: one sentence of it, and all of it."""

from collections.abc import Callable

import streamlit as st
from labeler_ui import import_plan, table
from labeler_ui.words import number, said, t, tn

from labeler.wire.items import ImportResult, RowError


def came(result: ImportResult) -> str:
    """What became of the rows, in one sentence; nothing is told of what did not happen."""
    if result.rows == result.taken and not result.dry_run:
        return tn("{n} row is in.", "All {n} rows are in.", result.rows)
    parts = [t("{many} taken", many=number(result.taken))]
    if result.already_there:
        parts.append(t("{many} already there", many=number(result.already_there)))
    if result.repeated:
        parts.append(t("{many} repeated in this file", many=number(result.repeated)))
    if result.refused:
        parts.append(t("{many} refused", many=number(result.refused)))
    counts = tn("{n} row: {parts}.", "{n} rows: {parts}.", result.rows, parts=", ".join(parts))
    return t("A trial: nothing was changed. {counts}", counts=counts) if result.dry_run else counts


def draw(result: ImportResult, then: Callable[[], None] | None = None) -> None:
    """What an import took, what was already there, what it refused and why. then: draws what comes next, before the
    details."""
    st.markdown(came(result))
    if then is not None:
        then()
    if result.balance.rows:
        title = (
            t("What would become of every row and label") if result.dry_run else t("What became of every row and label")
        )
        with st.expander(title, expanded=then is None or result.taken < result.rows):
            import_plan.balance(result.balance, result.rows)
    refused = tn("{n} refused row", "{n} refused rows", result.refused)
    noted = tn("{n} note on what was not taken as it is", "{n} notes on what was not taken as it is", len(result.notes))
    _rows(refused, result.errors, len(result.errors) < result.refused)
    _rows(noted, result.notes, False)
    if result.plan is not None:
        with st.expander(t("The plan it followed")):
            import_plan.about(result.plan)
            import_plan.cautions(result.plan)


def _rows(title: str, told: list[RowError], is_cut: bool) -> None:
    """is_cut: there are more than are told."""
    if not told:
        return
    if is_cut:
        title = t("{title}, the first {many} of them", title=title, many=number(len(told)))
    with st.expander(title):
        rows = [{t("Row"): one.row, t("Field"): one.field, t("Reason"): said(one.reason)} for one in told]
        table.show(rows, {t("Row"): table.name_of}, room=table.IN_A_DIALOG)
