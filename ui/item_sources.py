"""Items by URL, on the page Import: fetching documents, and which of them have changed since."""

import re
from collections.abc import Mapping

import streamlit as st
from labeler_ui import feedback, layout, session, table
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain, unlinked
from labeler_ui.pressed import pressed
from labeler_ui.words import mark, said, t, tn

from labeler.client import ApiError, Job, Project
from labeler.wire.items import AddResult
from labeler.wire.sources import MOST, Sources

STATES: Mapping[str, str] = {
    "fetched": mark("not looked at since"),
    "same": mark("the same"),
    "changed": mark("changed"),
    "gone": mark("gone"),
    "failed": mark("could not be had"),
}
TOLD = ("changed", "gone", "failed")
SHOWN, TOLD_OF = 50, 10


def draw(project: Project) -> None:
    """Nothing where the operator allows no host and no item came from a URL."""
    found = feedback.attempt(project.items.source_counts, t("Reading where items came from"))
    if found is None or not (found.allowed or found.counts):
        return
    st.header(t("From addresses"), anchor=False)
    for what in ("fetch", "recheck"):
        _follow(project, what)
    if found.allowed:
        _fetch(project, found)
    if found.counts:
        _known(project, found)


def _fetch(project: Project, found: Sources) -> None:
    scope = f"addresses {project.slug}"
    field = key(scope, "urls")
    keep(scope, {field: ""})
    typed = st.text_area(
        t("One address per line"),
        key=field,
        height=120,
        placeholder=f"{found.allowed[0] if '://' in found.allowed[0] else f'https://{found.allowed[0]}'}/…",
        help=t(
            "A text, an HTML page (its text is taken) or a JSON object (a row of a table). Each is copied once, with "
            "its hash and the time. Allowed hosts: {hosts}.",
            hosts=plain(", ".join(found.allowed)),
        ),
    )
    urls = list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    if pressed(t("Fetch them"), icon=":material/cloud_download:", key="sources-fetch"):
        if not urls:
            st.warning(t("Give an address first."), icon=":material/edit_note:")
            return
        if len(urls) > MOST:
            st.warning(tn("At most {n} address at once.", "At most {n} addresses at once.", MOST))
            return
        try:
            job = project.items.fetch(urls)
        except ApiError as refused:
            _refused(refused, urls)
            return
        saved(scope)
        st.session_state[_job(project, "fetch")] = job
        st.rerun()


def _refused(error: ApiError, urls: list[str]) -> None:
    """The first addresses that can't be, by what was typed."""
    places = [re.match(r"/items/(\d+)/", str(one.get("pointer"))) for one in error.errors or []]
    if not all(places) or not places:
        feedback.show_error(error, t("Fetching"))
        return
    told = [
        f"- {unlinked(urls[int(place[1])])}: {plain(said(str(one.get('detail'))))}"
        for place, one in zip(places[:TOLD_OF], error.errors or [], strict=False)
        if place is not None
    ]
    head = tn("{n} address can't be fetched; nothing was:", "{n} addresses can't be fetched; nothing was:", len(places))
    more = len(places) - TOLD_OF
    rest = [tn("- and {n} more", "- and {n} more", more)] if more > 0 else []
    st.error("\n".join([head, "", *told, *rest]), icon=":material/error:")


def _known(project: Project, found: Sources) -> None:
    """How many came from an address, and what became of their documents."""
    n = sum(found.counts.values())
    words = tn("{n} item was fetched from an address", "{n} items were fetched from an address", n)
    parts = [f"{t(STATES[state])}: {layout.number(many)}" for state, many in found.counts.items()]
    st.markdown(f"{words} ({', '.join(parts)}).")
    if found.allowed and st.button(
        t("Look whether they have changed"),
        icon=":material/published_with_changes:",
        key="sources-recheck",
        help=t("Items stay as they were fetched: it is told what has changed."),
    ):
        job = feedback.attempt(project.items.recheck_sources, t("Looking"))
        if job is not None:
            st.session_state[_job(project, "recheck")] = job
            st.rerun()
    rows = [one for state in TOLD if state in found.counts for one in _first(project, state)]
    if rows:
        table.show(rows)


def _first(project: Project, state: str) -> list[dict[str, str]]:
    shown = []
    for one in project.items.sources(state):  # type: ignore[arg-type]
        shown.append(
            {
                t("Item"): one.item_key,
                t("State"): t(STATES[one.state]) + (f": {said(one.error)}" if one.error else ""),
                t("Fetched"): layout.when(one.fetched_at),
                t("Looked at"): layout.when(one.checked_at) if one.checked_at else layout.DASH,
                t("Address"): one.url,
            }
        )
        if len(shown) == SHOWN:
            break
    return shown


def _job(project: Project, what: str) -> str:
    return f"_sources_{what}_{project.slug}"


def _follow(project: Project, what: str) -> None:
    job: Job | None = st.session_state.get(_job(project, what))
    if job is not None:
        layout.follow(job, _fetched if what == "fetch" else None)
    elif what == "fetch":
        _last(project)


def _last(project: Project) -> None:
    """What the last fetch could not take, also for who comes back later."""
    last = feedback.attempt(lambda: next(iter(session.client().jobs(project.slug, kinds=["sources.fetch"])), None))
    if last is None or last.state != "done" or not (last.result or {}).get("refused"):
        return
    n = int(last.result["refused"])
    words = tn("The last fetch could not take {n} address", "The last fetch could not take {n} addresses", n)
    with st.expander(f"{words} ({layout.when(last.row.finished_at)})", icon=":material/link_off:"):
        _fetched(last)


def _fetched(job: Job) -> None:
    done = job.result_as(AddResult)
    words = [tn("{n} item taken.", "{n} items taken.", done.taken)]
    if done.already_there:
        words.append(tn("{n} was there already.", "{n} were there already.", done.already_there))
    if done.refused:
        words.append(tn("{n} could not be taken:", "{n} could not be taken:", done.refused))
    st.markdown(" ".join(words))
    if done.errors:
        table.show([{t("Line"): one.row, t("Why"): said(one.reason)} for one in done.errors])
