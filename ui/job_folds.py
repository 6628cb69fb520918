"""Routine jobs as one line for each kind: how often, in which time, when last; it opens to the jobs themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st
from labeler_ui import job_rows, job_words, layout
from labeler_ui.feedback import plain
from labeler_ui.words import t, tn

from labeler.wire.jobs import ENDED, JobOut

ROUTINE = frozenset(
    {
        "quality.estimate", "quality.recount", "quality.strata", "training.coverage", "training.embed",
        "heuristics.match", "heuristics.answer", "items.index", "hard_items.cluster", "datasets.push",
    }
)  # fmt: skip
"""Kinds that begin by themselves, again and again, and of which the last one is what counts."""
LEAST = 2


def lines(found: Sequence[JobOut]) -> list[list[JobOut]]:
    """What stands in one line each, in the order of the newest of each. found: newest first."""
    folded: dict[str, list[JobOut]] = {}
    made: list[list[JobOut]] = []
    for job in found:
        if not _is_routine(job):
            made.append([job])
        elif job.kind in folded:
            folded[job.kind].append(job)
        else:
            made.append(folded.setdefault(job.kind, [job]))
    return made


def _is_routine(job: JobOut) -> bool:
    is_over = job.state in ENDED and job.state != "failed"
    return is_over and job.kind in ROUTINE and job.created_by is None


def draw(jobs: Sequence[JobOut]) -> None:
    """One line, whatever it holds."""
    if len(jobs) < LEAST:
        job_rows.draw(jobs[0])
        return
    kind = jobs[0].kind
    name = kind.replace(".", "-")
    is_open = st.session_state.get(f"jobs-open-{name}", False)
    with st.container(key=f"fold-{name}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"short-{name}"):
            words = f":green[:material/check:] **{plain(job_words.title(kind))}** :gray[{_often(jobs)}]"
            st.markdown(words, width="stretch")
            st.button(
                t("Fold them") if is_open else t("Show them"),
                icon=":material/expand_less:" if is_open else ":material/expand_more:",
                key=f"jobs-fold-{name}",
                on_click=_turn,
                args=(name,),
            )
        if is_open:
            for job in jobs:
                job_rows.draw(job)


def _turn(name: str) -> None:
    st.session_state[f"jobs-open-{name}"] = not st.session_state.get(f"jobs-open-{name}", False)


def _often(jobs: Sequence[JobOut]) -> str:
    """12 times in the last 55 min, the last one 3 min ago."""
    since = (datetime.now(UTC) - min(job.created_at for job in jobs)).total_seconds()
    return plain(
        tn(
            "{n} time in the last {time}, the last one {when}",
            "{n} times in the last {time}, the last one {when}",
            len(jobs),
            time=_span(since),
            when=layout.when(max(job.created_at for job in jobs)),
        )
    )


def _span(seconds: float) -> str:
    hours = seconds / 3600
    return job_words.span(seconds) if hours < 48 else tn("{n} day", "{n} days", round(hours / 24))
