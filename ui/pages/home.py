"""The list of projects: where each stands, what waits in it, and the way to go on labeling."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import streamlit as st
from labeler_ui import advice, comments, disagreements, feedback, layout, session, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import day, mark, percent, t, tn

from labeler.client import ApiError, Project
from labeler.wire.insight import ProgressOut
from labeler.wire.projects import ProjectOut

MOST_DETAILED = 40  # projects whose last work and open questions are read, too
MANY = 12  # projects from which on one is looked for by its name
MOST_LOOKS = 3
AT_ONCE = 6  # requests


def render() -> None:
    """Projects as cards."""
    user = session.user()
    name = user.name.split(" ")[0] if user else ""
    heading = t("Hello {name}", name=plain(name)) if name else t("Projects")
    found = feedback.must(lambda: list(session.client().projects), t("Reading the projects"))
    projects = [one.info for one in found]
    if not projects:
        layout.heading(heading, t("Everything here happens in projects."))
        _none()
        return
    many = len(projects)
    words = _search(many)
    found = [one for one in found if words in one.info.name.casefold()]
    projects = [one.info for one in found]
    details, to_review = _read(found[:MOST_DETAILED])
    turns = {one.slug: _turn(one, details.get(one.slug), to_review.get(one.slug, 0)) for one in projects}
    projects.sort(key=lambda one: turns[one.slug])  # otherwise as they were
    waiting = sum(turn == 0 for turn in turns.values())
    layout.heading(
        heading,
        tn("{n} project needs a decision from you.", "{n} projects need a decision from you.", waiting)
        if waiting
        else t("Choose a project."),
    )
    comments.asked()
    with st.container(horizontal=True, vertical_alignment="bottom"):  # above the cards, however many there are
        if many >= MANY:
            st.text_input(t("Find a project"), key="home-search", icon=":material/search:", width=340)
        if _creates():
            layout.open_page("setup", t("New project"), "add", project=None)
    if len(found) > MOST_DETAILED:
        some = t(
            "What waits is shown for the first {most}. Look for the others by name.", most=layout.number(MOST_DETAILED)
        )
        st.caption(some)
    if not found:
        st.markdown(t(":gray[No project has a name with these words.]"))
    for start in range(0, len(projects), 2):
        for column, project in zip(st.columns(2, gap="medium"), projects[start : start + 2], strict=False):
            with column:
                _card(project, details.get(project.slug), to_review.get(project.slug, 0))


def _search(many: int) -> str:
    """What is looked for, where there are many projects; its field is drawn above the cards."""
    if many < MANY:
        return ""
    typed = st.session_state.get("home-search") or ""
    return str(typed).strip().casefold()


def _turn(project: ProjectOut, progress: ProgressOut | None, to_review: int) -> int:
    """Where a project's card goes: 0 somebody waits for a decision, 1 there is work, 2 everything is labeled."""
    counts = project.counts
    stuck = progress is not None and (progress.items.flags_open or progress.training.state == "failed")
    if (stuck or to_review or counts.webhooks_off) and session.manages(project.slug):
        return 0
    return 2 if counts.items and counts.labeled >= counts.items else 1


def _read(projects: Sequence[Project]) -> tuple[dict[str, ProgressOut | None], dict[str, int]]:
    """How far each is, and how many answers wait for a decision where the viewer decides; by slug. Some at a time."""
    offset, led = layout.utc_offset(), [one for one in projects if session.manages(one.slug)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        progress = pool.map(lambda one: _progress(one, offset), projects)
        undecided = pool.map(disagreements.undecided, led)
        details = dict(zip((one.slug for one in projects), progress, strict=True))
        return details, dict(zip((one.slug for one in led), undecided, strict=True))


def _progress(project: Project, utc_offset: int) -> ProgressOut | None:
    """How far a project is; a card without it is better than no card."""
    try:
        return project.progress(utc_offset)
    except ApiError:
        return None


def _creates() -> bool:
    """Whether the user may set up projects."""
    user = session.user()
    return user is not None and user.role in {"admin", "manager"}


def _none() -> None:
    if _creates():
        with feedback.empty(
            t("No project yet"),
            t("A project asks one question of one pool of items. A name, a question and a file are enough."),
            ":material/add_circle:",
        ):
            layout.open_page("setup", t("Create the first project"), "add", primary=True)
    else:
        feedback.empty(t("No project yet"), t("You are not a member of a project. Ask the person who invited you."))


def _card(project: ProjectOut, progress: ProgressOut | None, to_review: int) -> None:
    items, labeled, slug = project.counts.items, project.counts.labeled, project.slug
    manages, role = session.manages(slug), session.role_in(slug)
    with st.container(border=True, key=f"project-{slug}", height="stretch"):
        st.markdown(f"## {plain(session.project_names().get(slug, project.name))}")
        st.markdown(f":gray[{plain(tasks.of(project).summary(tasks.schema_of(project)))}]")
        if items:
            st.progress(
                min(1.0, labeled / items),
                text=tn(
                    "{labeled} of {n} item labeled ({share})",
                    "{labeled} of {n} items labeled ({share})",
                    items,
                    labeled=layout.number(labeled),
                    share=percent(labeled / items),
                ),
            )
        else:
            st.markdown(t("No items yet.") if not manages else t("No items yet: import a file to start."))
        if progress is not None and items and progress.labels.total:  # else the bar says it
            st.markdown(f":gray[{_activity(progress)}]")
        for number, look in enumerate(_looks(project, progress, to_review) if manages else []):
            with st.container(horizontal=True, vertical_alignment="center", key=f"wants-{slug}-{number}"):
                st.markdown(f":orange-badge[{t(look.kind)}] {look.words}", width="stretch")
                layout.open_page(look.page, look.action, "arrow_forward", key=f"look-{slug}-{number}", project=slug)
        with st.container(horizontal=True):
            if items and role != "reader":
                layout.open_page(
                    "label", t("Continue labeling") if labeled else t("Start labeling"), "bolt", True, project=slug
                )
            if not items and manages:
                layout.open_page("imports", t("Import items"), "upload_file", True, project=slug)
            layout.open_page("progress", t("Progress"), "monitoring", project=slug)


def _activity(progress: ProgressOut) -> str:
    """Today's labels, and the last day that had any."""
    labels = progress.labels
    if labels.today:
        return t(
            "Labels today: {today} (yours: {mine_today}).",
            today=layout.number(labels.today),
            mine_today=layout.number(labels.mine_today),
        )
    if labels.per_day:
        return t(
            "Labels today: none. The last day with labels: {day}.", day=day(date.fromisoformat(labels.per_day[-1].day))
        )
    return t("People gave no labels in the last 30 days.")


def _looks(project: ProjectOut, progress: ProgressOut | None, to_review: int) -> list[advice.Look]:
    """What waits for those who lead the project, the most urgent first."""
    rows = advice.looks(progress, {}, to_review) if progress is not None and project.counts.items else []
    if off := project.counts.webhooks_off:
        words = tn(
            "{n} webhook was turned off, since its address does not answer.",
            "{n} webhooks were turned off, since their addresses do not answer.",
            off,
        )
        rows.insert(0, advice.Look(mark("webhook"), words, "settings", t("See")))
    if project.guideline_version is None:
        rows.append(advice.Look(mark("guideline"), t("No guideline is published yet."), "guidelines", t("Write it")))
    return rows[:MOST_LOOKS]
