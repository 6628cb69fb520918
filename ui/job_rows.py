"""Jobs as lines: what runs or failed with all that is known of it, what is over as shortly as can be; on the page Jobs,
and of imports on the page Import."""

import streamlit as st
from labeler_ui import danger, feedback, import_result, job_results, job_words, layout, removal, session
from labeler_ui.feedback import plain
from labeler_ui.made import Made
from labeler_ui.words import mark, t, tn

from labeler.client import Job, Project
from labeler.wire.items import ImportResult
from labeler.wire.jobs import ENDED, JobOut


def dialogs(project: Project) -> None:
    """What a line asked for: a dialog can't open from a part of a page that is drawn by itself."""
    about, back = st.session_state.pop("_about", None), st.session_state.pop("_take_back", None)
    if back is not None:
        removal.ask(project, import_id=back)
    elif about is not None:
        _details(feedback.must(lambda: session.client().job(about), t("Reading the jobs")))


def later(what: str, job_id: int) -> None:
    """Have the whole page drawn again, with this dialog."""
    st.session_state[what] = job_id
    st.rerun()


def draw(row: JobOut) -> None:
    """One line; below it how far it is, or why it failed."""
    is_over = row.state in ENDED and row.state != "failed"
    made = None if row.kind == job_words.IMPORT or row.state != "done" else job_results.made(row)
    with st.container(key=f"job-{row.id}", gap="small"):
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"{'short' if is_over else 'full'}-{row.id}"
        ):
            st.markdown(_line(row, made), width="stretch")
            _ways_on(row, made)
        if row.state in {"running", "failed"}:
            layout.job_line(row)
        if row.state == "failed":
            _remedy(row.id, job_words.remedy(row.kind))


def _ways_on(row: JobOut, made: Made | None) -> None:
    if row.kind == job_words.IMPORT:
        _of_an_import(row)
    elif row.import_id is not None:
        if st.button(t("The import …"), key=f"import-of-{row.id}", icon=":material/list_alt:"):
            later("_about", row.import_id)
    elif row.kind == job_words.FETCH and made and (row.result or {}).get("taken") and row.taken_back is None:
        if session.manages(session.slug()) and danger.button(
            t("Take it back …"), key=f"back-{row.id}", icon=":material/undo:"
        ):
            later("_take_back", row.id)
    elif made and made.page:
        layout.open_page(made.page, made.action, "arrow_forward", key=f"made-{row.id}", params=dict(made.params))
    if row.state in {"queued", "running"} and danger.button(
        t("Cancel …"), key=f"cancel-{row.id}", icon=":material/close:"
    ):
        later("_cancel", row.id)


def _of_an_import(row: JobOut) -> None:
    """Its details, and the way to take back what it brought, also where it did not come to its end."""
    if row.result is not None and st.button(t("Details …"), key=f"about-{row.id}", icon=":material/list_alt:"):
        later("_about", row.id)
    brought = row.state in ENDED and (_result(row).taken > 0 if row.result is not None else row.progress.done > 0)
    is_trial = row.result is not None and _result(row).dry_run
    may = session.manages(session.slug()) and brought and not is_trial and row.taken_back is None
    if may and danger.button(t("Take it back …"), key=f"back-{row.id}", icon=":material/undo:"):
        later("_take_back", row.id)


def _result(row: JobOut) -> ImportResult:
    return Job(session.client(), row).result_as(ImportResult)


def _line(row: JobOut, made: Made | None) -> str:
    words, color = layout.JOB_WORDS.get(row.state, (row.state, "gray"))
    sign = ":green[:material/check:]" if row.state == "done" else f":{color}-badge[{t(words)}]"
    came = made.words if made else ""
    if row.taken_back is not None:
        sign, came = f":gray-badge[{_back_badge(row)}]", back_words(row)
    elif row.kind == job_words.IMPORT and row.result is not None:
        came = import_result.came(_result(row))
    when = plain(layout.when(row.created_at))
    about = [
        job_words.why(row),
        t("imported {when}", when=when) if row.taken_back is not None else when,
        job_words.lasted(row) if row.state != "queued" else "",
    ]
    if row.created_by_name:
        about.append(t("by {name}", name=plain(row.created_by_name)))
    if row.attempt > 1:
        about.append(tn("resumed {n} time", "resumed {n} times", row.attempt - 1))
    told = " · ".join(part for part in about if part)
    name = f"**{plain(job_words.named(row))}**" + (f" {plain(row.file)}" if row.file else "")
    return f"{sign} {name}{' · ' if came else ''}{came.rstrip('.')} :gray[· {told}]"


def _back_badge(row: JobOut) -> str:
    return t("taken back") if row.taken_back and row.taken_back.state == "done" else t("being taken back")


def back_words(row: JobOut) -> str:
    """That an import was taken back, when, and by whom."""
    back = row.taken_back
    if back is None:
        return ""
    if back.state != "done":
        return t("It is being taken back.")
    when = layout.when(back.at)
    if back.by is None:
        return t("Taken back: {when}.", when=when)
    return t("Taken back by {who}: {when}.", who=plain(back.by), when=when)


def _remedy(job_id: int, made: Made) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(made.words, width="stretch")
        if made.page and session.manages(session.slug()):
            layout.open_page(made.page, made.action, "arrow_forward", key=f"remedy-{job_id}", params=dict(made.params))


@layout.dialog(mark("What became of the import"), width="medium")
def _details(job: Job) -> None:
    row = job.row
    who = t("by {name}", name=plain(row.created_by_name)) if row.created_by_name else ""
    about = ", ".join(part for part in (plain(row.file or ""), layout.clock(row.created_at), who) if part)
    st.markdown(f":gray[{about}]")
    if row.taken_back is not None:
        again = t("What is in its file comes back with another import of it.")
        st.info(f"{back_words(row)} {again}", icon=":material/undo:")
    if row.result is None:
        layout.job_line(row)
        return
    import_result.draw(_result(row))
