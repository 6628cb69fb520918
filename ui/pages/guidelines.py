"""The guideline: read it, write the next version, compare any two, publish."""

from collections.abc import Sequence

import streamlit as st
from labeler_ui import feedback, layout, session, tasks
from labeler_ui.feedback import plain

from labeler.client import Project
from labeler.wire.guidelines import GuidelineOut

SOMEONE = "someone"  # whose account is not known
MOST = 300  # versions that are listed, the newest
START = (
    "# {name}\n\nWhat is asked, in one sentence.\n\n{answers}"
    "## When unsure\n\nMark the item as hard (`H`) and say why.\n"
)
SECTION = "## {answer}\n\nDefinition.\n\n- *Example:* \n- *Not this:* \n\n"


def start_text(name: str, answers: list[str]) -> str:
    """A guideline to fill in: one section per possible answer, with definition, example and counter-example."""
    return START.format(name=name, answers="".join(SECTION.format(answer=answer) for answer in answers))


def render() -> None:
    """Tabs for reading, writing and comparing; labelers only read."""
    project = layout.project()
    layout.heading("Guideline", "The instructions that every label follows. Published versions never change.")
    versions = feedback.must(lambda: layout.newest(project.guidelines, MOST, "versions"), "Reading the guideline")
    published = [one for one in versions if one.state == "published"]
    draft = next((one for one in versions if one.state == "draft"), None)
    if not session.manages(project.slug):
        _read(project, published)
        return
    read, write, compare = st.tabs(
        ["Read", "Write", "Versions"], default="Read" if published else "Write", key="guideline-tabs"
    )
    with read:
        _read(project, published)
    with write:
        _write(project, published, draft)
    with compare:
        _versions(project, versions)


def _read(project: Project, published: Sequence[GuidelineOut]) -> None:
    if not published:
        feedback.empty(
            "No guideline yet",
            "People can label without one, but they agree more often with one.",
            ":material/menu_book:",
        )
        return
    numbers = {one.version: one for one in published}
    number = published[0].version
    if len(published) > 1:
        number = st.selectbox(
            "Version", list(numbers), format_func=lambda v: f"Version {v}", width=220, key="read-version"
        )
    current = numbers[number]
    note = f": {plain(current.note)}" if current.note else ""
    st.caption(
        f"Version {number}{note}. Published {layout.when(current.published_at)} by {plain(current.author or SOMEONE)}."
    )
    with st.container(border=True):
        st.html(f'<div class="lb-guideline">{current.html}</div>')
    if number == published[0].version and current.acknowledged:
        st.markdown(":green[:material/check: You have read this version.]")
    elif number == published[0].version and st.button("I have read it", type="primary"):
        with feedback.told():
            project.guidelines.acknowledge(number)
            st.rerun()


def _write(project: Project, published: Sequence[GuidelineOut], draft: GuidelineOut | None) -> None:
    info = project.info
    if draft:
        begin = draft.text
    elif published:
        begin = published[0].text
    else:
        begin = start_text(info.name, tasks.of(info).sections(tasks.schema_of(info)))
    left, right = st.columns(2, gap="medium")
    text = left.text_area(
        "Markdown",
        begin,
        height=520,
        key=f"guideline-{info.slug}-{draft.version if draft else 'new'}",
        help="The preview follows when you leave the field or press Ctrl+Enter.",
    )
    with right:
        st.markdown("Preview")
        with st.container(border=True, height=520):
            st.markdown(_calm(text))
    note = st.text_input(
        "What is new in this version?",
        value=draft.note if draft else "",
        placeholder="one line that labelers will see",
    )
    with st.container(horizontal=True):
        if st.button("Save draft", icon=":material/save:"):
            with feedback.told("Saving"):
                project.guidelines.save_draft(text, note)
                feedback.say_later("Draft saved.")
                st.rerun()
        if st.button("Publish …", icon=":material/publish:", type="primary", disabled=not text.strip()):
            _publish(project, text, note)


def _calm(text: str) -> str:
    """Images in a guideline are not fetched for the preview: the page loads nothing from outside."""
    return text.replace("![", "\\!\\[")


@st.dialog("Publish the guideline?")
def _publish(project: Project, text: str, note: str) -> None:
    st.markdown(
        "It becomes the version that every new label follows, and can't be changed afterwards. "
        "**Every labeler must read and acknowledge it before they can continue.**"
    )
    labeled = project.info.counts.labeled
    if project.info.guideline_version and labeled:
        st.markdown(f"{layout.number(labeled)} labeled items keep their labels, which follow earlier versions.")
    if st.button("Publish", type="primary", key="publish-yes"):
        with feedback.told("Publishing"):
            made = project.guidelines.publish(text, note)
            feedback.say_later(f"Version {made.version} is published.")
            st.rerun()


def _versions(project: Project, versions: Sequence[GuidelineOut]) -> None:
    if len(versions) < 2:
        st.markdown(":gray[Two versions can be compared here, once there are two.]")
    for one in versions:
        state = ":orange-badge[draft]" if one.state == "draft" else ":green-badge[published]"
        time = layout.when(one.published_at or one.created_at)
        who = plain(one.author or SOMEONE)
        st.markdown(f"**Version {one.version}** {state} {plain(one.note)}  \n:gray[{who}, {time}]")
    if len(versions) < 2:
        return
    numbers = [one.version for one in versions]
    columns = st.columns([1, 1, 2], vertical_alignment="bottom")
    a = columns[0].selectbox("From", numbers, index=1, format_func=lambda v: f"Version {v}", key="diff-a")
    b = columns[1].selectbox("To", numbers, index=0, format_func=lambda v: f"Version {v}", key="diff-b")
    only = columns[2].toggle("Only what changed", value=True)
    if a == b:
        st.markdown(":gray[Choose two different versions.]")
        return
    diff = feedback.must(lambda: project.guidelines.diff(a, b), "Comparing")
    layout.diff_table(diff.rows, f"Version {a}", f"Version {b}", only)
