"""Pieces that pages share: headings, figures with their interval, times, labels, jobs that are followed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import wraps
from itertools import islice
from typing import Any, Literal, TypeVar

import streamlit as st
from labeler_ui import danger, feedback, session, words
from labeler_ui.feedback import plain
from labeler_ui.words import day, mark, said, t, tn

from labeler.client import Job, Project
from labeler.wire.guidelines import DiffRow
from labeler.wire.jobs import ENDED, JobOut

T = TypeVar("T")
DASH = words.DASH


JOB_WORDS = {
    "queued": (mark("waiting"), "gray"),
    "running": (mark("running"), "blue"),
    "done": (mark("done"), "green"),
    "failed": (mark("failed"), "red"),
    "cancelled": (mark("canceled"), "orange"),
    "superseded": (mark("replaced by a newer one"), "gray"),
}
STAGE_COLORS = {
    "live": "green",
    "canary": "blue",
    "shadow": "violet",
    "candidate": "orange",
    "retired": "gray",
}


def dialog(title: str, **options: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Streamlit's dialog with a title (marked words) in the viewer's language."""

    def decorate(draw: Callable[..., None]) -> Callable[..., None]:
        @wraps(draw)
        def opened(*args: Any, **given: Any) -> None:
            st.dialog(t(title), **options)(draw)(*args, **given)

        return opened

    return decorate


def heading(title: str, text: str = "") -> None:
    """The page's title and one sentence that says what it is for."""
    st.title(title, anchor=False)
    if text:
        st.markdown(f":gray[{text}]")


def project() -> Project:
    """The current project, read again; the page ends with the reason when it can't be read."""
    return feedback.must(lambda: session.client().projects.get(str(session.slug())), t("Opening the project"))


def newest(rows: Iterable[T], most: int, what: str) -> list[T]:
    """The first `most` of what comes newest first; a line says so where there are more."""
    taken = list(islice(rows, most + 1))
    if len(taken) > most:
        st.caption(
            t(
                "The newest {most} {what} are shown. The command line and the API give all.",
                most=number(most),
                what=what,
            )
        )
    return taken[:most]


def open_page(
    name: str,
    label: str,
    icon: str,
    primary: bool = False,
    *,
    key: str | None = None,
    project: str | None = None,
    params: Mapping[str, str] | None = None,
) -> None:
    """A button that goes to another page and keeps the project in the address."""
    query = {"project": project or session.slug(), **(params or {})}
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    key = key or f"open-{name}-{label}-{'-'.join(str(v) for v in query.values())}"
    if st.button(label, icon=f":material/{icon}:", type=kind, key=key):
        st.switch_page(st.session_state["_pages"][name], query_params={k: v for k, v in query.items() if v is not None})


def utc_offset() -> int:
    """Minutes that the viewer's clock is ahead of UTC."""
    return -(st.context.timezone_offset or 0)


def local(then: datetime) -> datetime:
    """A time as the viewer's clock shows it."""
    return then.astimezone(timezone(timedelta(minutes=utc_offset())))


def today() -> date:
    """The viewer's day."""
    return local(datetime.now(UTC)).date()


def when(then: datetime | None) -> str:
    """A time in words: "5 min ago", "3 h ago", else the date, on the viewer's clock."""
    if then is None:
        return DASH
    seconds = (datetime.now(UTC) - then).total_seconds()
    if seconds < 90:
        return t("just now")
    if seconds < 5400:
        return t("{count} min ago", count=round(seconds / 60))
    if seconds < 86400:
        return t("{count} h ago", count=round(seconds / 3600))
    if seconds < 7 * 86400:
        return tn("{n} day ago", "{n} days ago", round(seconds / 86400))
    return day(local(then))


def clock(then: datetime) -> str:
    """A time to the minute, on the viewer's clock: "Nov 26, 2026, 7:34 PM"."""
    return f"{day(local(then))}, {words.clock_time(local(then))}"


def sentence(text: str | None) -> str:
    """Words of the service as a sentence: a capital first, a full stop last, shown as plain text."""
    found = said((text or "").strip())
    if not found:
        return ""
    return feedback.plain(found[0].upper() + found[1:] + ("" if found[-1] in ".!?" else "."))


def number(value: float | None) -> str:
    """A count as the viewer's language writes it: 12,345."""
    return words.number(value)


def size(count: float | None) -> str:
    """Bytes as people read them."""
    if count is None:
        return DASH
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{number(count)} {unit}" if unit == "B" else f"{words.number(count, 1)} {unit}"
        count /= 1000
    return f"{words.number(count, 1)} TB"


def tabs(names: Sequence[str], key: str, default: str | None = None) -> Sequence[Any]:
    """Containers, one a tab; the service keeps which is open.

    Where the browser alone keeps it, a page that is drawn again in a slow moment goes back to the first tab.
    """
    return st.tabs(list(names), key=key, default=default, on_change="rerun")


def live(seconds: float, name: str, draw: Callable[[], None]) -> None:
    """Draw a part of a page, again every so many seconds, without fading meanwhile (theme.py): nobody asked for it."""

    @st.fragment(run_every=seconds)
    def part() -> None:
        with st.container(key=f"live-{name}"):
            draw()

    part()


def follow(job: Job, then: Callable[[Job], None] | None = None) -> None:
    """Show a job until it is over; `then` draws its result. Call it at every run while it matters."""

    @st.fragment(run_every=None if job.state in ENDED else 1.0)
    def live() -> None:
        now = feedback.attempt(lambda: session.client().job(job.id), t("Looking at the job"))
        if now is None:
            return
        job_line(now.row)
        if now.state in ENDED and job.state not in ENDED:
            job.row = now.row
            st.rerun()

    live()
    if job.state == "done" and then:
        then(job)


def job_line(job: JobOut) -> None:
    """A job's progress bar, or how it ended."""
    done, total = job.progress.done, job.progress.total
    if job.state == "running":
        st.progress(min(1.0, done / total) if total else 0.0, text=plain(said(job.progress.message)) or t("Working"))
    elif job.state == "queued":
        st.progress(0.0, text=t("Waiting for its turn"))
    elif job.state == "failed":
        st.error(plain(said(job.error) or t("The job failed and gave no reason.")), icon=":material/error:")
    elif job.state == "cancelled":
        st.warning(t("Canceled. Nothing was left half done."), icon=":material/block:")


@dialog(mark("Are you sure?"))
def confirm(text: str, yes: str, call: Callable[[], Any], said: str, *, is_final: bool = True) -> None:
    """Ask before something that others will notice; do it, say so. is_final: it destroys or ends something."""
    st.markdown(text)
    if danger.button(yes, key="confirm-yes", final=True) if is_final else st.button(yes, type="primary", key="yes"):
        with feedback.told():
            call()
            feedback.say_later(said)
            st.rerun()


def two_versions(key: str, names: Mapping[int, str], first: Sequence[int] = ()) -> tuple[int, int, Any]:
    """Ask which two are compared: the two newest until somebody chooses. names: newest first. first: those that come
    before others then, newest first.

    Returns both, and the place beside the boxes.
    """
    columns, numbers = st.columns([1, 1, 2], vertical_alignment="bottom"), list(names)
    chosen: list[int] = []
    newer, older = sorted([*first, *(one for one in numbers if one not in first)][:2], reverse=True)
    for column, title, guess in ((columns[0], t("From"), older), (columns[1], t("To"), newer)):
        field = f"{key}-{len(chosen)}"
        session.follow_guess(field, guess, numbers)
        chosen.append(column.selectbox(title, numbers, format_func=names.__getitem__, key=field))
    return chosen[0], chosen[1], columns[2]


def rendered_changes(rows: Sequence[DiffRow]) -> None:
    """What changed between two guidelines, as it will look. The HTML is the service's, made from Markdown alone."""
    kinds = {"added": t("New"), "removed": t("Removed"), "changed": t("Changed")}
    shown = [row for row in rows if row.kind != "same" and (row.left or row.right or "").strip()]
    if not shown:
        st.markdown(":gray[Nothing.]")
        return
    parts = [
        f'<div class="lb-change {row.kind}"><b>{kinds[row.kind]}</b>'
        + "".join(f"<{tag}>{html}</{tag}>" for tag, html in (("del", row.left_html), ("ins", row.right_html)) if html)
        + "</div>"
        for row in shown
    ]
    st.html(f'<div class="lb-changes" tabindex="0" data-testid="what-changes">{"".join(parts)}</div>')


def _near_changes(rows: Sequence[DiffRow], around: int = 2) -> set[int]:
    """Positions of the lines that changed, and of the few around them that say where."""
    changed = [number for number, row in enumerate(rows) if row.kind != "same"]
    return {near for number in changed for near in range(number - around, number + around + 1)}


def diff_table(rows: Sequence[DiffRow], left: str, right: str, only_changes: bool = False) -> None:
    """Two texts side by side, line by line. Every line is escaped text."""
    from html import escape

    marks = {"same": "", "added": "+", "removed": "\u2212", "changed": "\u00b1"}
    cells = []
    kept = _near_changes(rows) if only_changes else set(range(len(rows)))
    for number, row in enumerate(rows):
        if number not in kept:
            if number - 1 in kept or number == 0:
                cells.append('<tr class="gap"><td class="m">…</td><td colspan="4"></td></tr>')
            continue
        sides = "".join(
            f'<td class="n">{line or ""}</td><td class="{side}">{escape(text or "")}</td>'
            for side, line, text in (("left", row.left_line, row.left), ("right", row.right_line, row.right))
        )
        cells.append(f'<tr class="{row.kind}"><td class="m">{marks[row.kind]}</td>{sides}</tr>')
    st.html(
        f'<div class="lb-diff" tabindex="0"><table>'
        '<colgroup><col style="width:2rem"><col style="width:3rem"><col>'
        f'<col style="width:3rem"><col></colgroup><thead><tr><th></th><th colspan="2">{escape(left)}</th>'
        f'<th colspan="2">{escape(right)}</th></tr></thead><tbody>{"".join(cells)}</tbody></table></div>'
    )
