"""Dataset versions: create one, download one, compare two."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from labeler_ui import charts, feedback, layout, session, table, tasks
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, percent, said, t, tn

from labeler.client import Job, Project
from labeler.wire.datasets import DatasetOut
from labeler.wire.formats import ExportFormat
from labeler.wire.projects import ProjectOut

USUAL = "jsonl"  # the format that is chosen at first
# The messages of versions that a job made for itself.
AUTOMATIC = (
    mark("Before training"),
    mark("Items before training"),
    mark("Before a search for the model"),
    mark("Before looking for label errors"),
)
MOST = 300  # versions that are listed
CURRENT = 0  # stands for the current state among the numbers of versions
# What can be chosen about a format, in words that go on after the option's title.
CHOICES = {
    ("rows", "answers"): mark("an item with its answer"),
    ("rows", "labels"): mark("a label"),
    ("style", "options"): mark("all options, and those that were accepted"),
    ("style", "label"): mark("that label alone"),
}


def render() -> None:
    """The list, newest first, and what can be done with it."""
    project = layout.project()
    layout.heading(
        t("Dataset versions"), t("Immutable snapshots of items, labels and guideline, each with its DVC tag.")
    )
    versions = feedback.must(
        lambda: layout.newest(project.datasets(MOST + 1), MOST, t("versions")), t("Reading the dataset versions")
    )
    if session.manages(project.slug):
        with st.container(key="make-version"):
            _make(project)
    if not versions:
        feedback.empty(
            t("No dataset version yet"),
            t("One is created before every training, and whenever you ask for one."),
            ":material/inventory_2:",
        )
        return
    everything, one, two = layout.tabs([t("All versions"), t("Download"), t("Compare two")], "dataset-tabs")
    with everything:
        by_hand = [one for one in versions if one.message not in AUTOMATIC]
        n = len(versions) - len(by_hand)
        words = tn(
            "Also the {n} automatic one, which a job made for itself",
            "Also the {n} automatic ones, which jobs made for themselves",
            n,
        )
        if by_hand and n and not st.toggle(words):
            _table(by_hand)
        else:
            _table(versions)
    with one:
        _take_out(project, versions)
    with two:
        _compare(project, versions)


def _make(project: Project) -> None:
    kept, scope = f"_snapshot_{project.slug}", f"version {project.slug}"
    field = key(scope, "version-message")
    keep(scope, {field: ""})
    with (
        st.form(key(scope, "snapshot"), border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        message = st.text_input(
            t("New version"), placeholder=t("what is in it, in a few words"), width="stretch", key=field
        )
        asked = st.form_submit_button(t("Create a version"), icon=":material/add:", type="primary")
    if asked:
        started = feedback.attempt(lambda: project.snapshot(message))
        if started:
            st.session_state[kept] = started
            saved(scope)
            st.rerun()
    job: Job | None = st.session_state.get(kept)
    if job:
        layout.follow(job)
        if job.state == "done":
            st.session_state.pop(kept)
            feedback.say_later(t("The dataset version was created."))
            feedback.say_now()


def _table(versions: Sequence[DatasetOut]) -> None:
    rows = [
        {
            t("Version"): one.tag,
            t("Message"): t(one.message) if one.message in AUTOMATIC else one.message,
            t("Created"): layout.when(one.created_at),
            t("Items"): one.counts.get("items"),
            t("With an answer"): one.counts.get("labeled"),
            t("Guideline"): one.guideline_version,
            t("Models"): ", ".join(t("model {number}", number=n) for n in one.models),
            t("Size"): layout.size(one.size_bytes),
            t("New data"): layout.size(one.new_bytes),
            **({} if one.pushed is None else {t("Remote"): t("there") if one.pushed else t("not yet")}),
        }
        for one in versions
    ]
    table.show(
        rows,
        {t("Guideline"): table.name_of},
        column_config={
            t("With an answer"): st.column_config.NumberColumn(
                help=t("Also those that more people are asked for. Models learn from them.")
            ),
            t("Message"): st.column_config.TextColumn(
                help=t("A version is made by itself before each training, so that every model has its data.")
            ),
            t("Size"): st.column_config.TextColumn(help=t("Of all its files.")),
            t("New data"): st.column_config.TextColumn(
                help=t("What it added on the disk: versions share the files that did not change.")
            ),
            t("Remote"): st.column_config.TextColumn(
                help=t("Whether it was pushed; a push that fails is tried again.")
            ),
        },
    )


def _take_out(project: Project, versions: Sequence[DatasetOut]) -> None:
    by_number = {one.version: one for one in versions}
    left, right = st.columns([2, 3], gap="large")
    number = left.selectbox(
        t("Version"),
        [CURRENT, *by_number],
        format_func=lambda v: by_number[v].tag if v else t("The current state"),
        key=f"download-{project.slug}",
    )
    offered = feedback.must(session.client().formats, t("Reading the formats")).exports
    fitting = [one for one in offered if one.suits(project.info.task_type, project.info.content)]
    titles = {one.name: said(one.title) for one in fitting}
    first = USUAL if USUAL in titles else next(iter(titles))
    form = left.selectbox(t("Format"), list(titles), format_func=titles.__getitem__, index=list(titles).index(first))
    chosen = next(one for one in fitting if one.name == form)
    with left:
        options = options_of(chosen)

    # A link to the API, not a download through Streamlit: it streams, whatever the size.
    query = urlencode({"format": form, **({"dataset": number} if number else {}), "option": options}, doseq=True)
    left.link_button(
        t("Download"), session.at(f"/api/v1{project.path}/export?{query}"), icon=":material/download:", type="primary"
    )
    if form == "csv":
        left.caption(t("Cells that a spreadsheet would run as a formula start with an apostrophe."))
    if number == CURRENT:
        right.markdown(t(":gray[The current state is not kept. For work that must be repeatable, use a version.]"))
        return
    with right:
        _version(by_number[number])
        _card(project, number)


def _card(project: Project, number: int) -> None:
    """What the version is made of, in an expander: read when somebody opens it."""
    if not st.toggle(t("Show the card"), key=f"card-{project.slug}"):
        return
    card = feedback.attempt(lambda: project.dataset_card(number))
    if card:
        with st.container(border=True):
            st.markdown(card.split("---\n", 2)[-1].replace("![", "\\!\\["))
    address = session.at(f"/api/v1{project.path}/datasets/{number}/card")
    st.link_button(t("Open the card (Markdown)"), address, icon=":material/description:")


def options_of(form: ExportFormat) -> list[str]:
    """Asks for what can be chosen about a format; returns what is not the default, as the API takes it."""
    found = []
    for option in form.options:
        key, title = f"option-{form.name}-{option.name}", said(option.title)
        value: bool | str
        if isinstance(option.default, bool):
            value = st.checkbox(title, option.default, key=key, help=said(option.description))
        elif option.choices:
            at = option.choices.index(option.default)
            value = st.selectbox(
                title,
                option.choices,
                index=at,
                key=key,
                format_func=partial(_in_words, option.name),
                help=said(option.description),
            )
        else:
            value = st.text_input(title, option.default, key=key, help=said(option.description))
        if value != option.default:
            found.append(f"{option.name}={str(value).lower() if isinstance(value, bool) else value}")
    return found


def _in_words(option: str, choice: Any) -> str:
    return t(CHOICES.get((option, choice), choice))


def _version(one: DatasetOut) -> None:
    """How to get a version, what is in it, and what it is known by."""
    counts = one.counts
    st.markdown(t("With DVC, from any machine that reaches the repository:"))
    st.code(
        f"dvc get {one.repository} data --rev {one.tag}\nlabeler verify data",
        language="bash",
    )
    if one.pushed is False:
        st.warning(
            t("Not pushed to the remote yet: it is tried again every few minutes. The page Jobs has the reason.")
        )
    st.markdown(t('In Python: `datasets.load_dataset("data")`, or its Parquet files as they are.'))
    flags = tn("{n} hard flag", "{n} hard flags", counts.get("flags") or 0)
    st.markdown(
        tn(
            "{n} item, {labeled} labeled, {holdout} in the holdout, {flags}. Size {size}.",
            "{n} items, {labeled} labeled, {holdout} in the holdout, {flags}. Size {size}.",
            counts.get("items") or 0,
            labeled=layout.number(counts.get("labeled")),
            holdout=layout.number(counts.get("holdout")),
            flags=flags,
            size=layout.size(one.size_bytes),
        )
    )
    st.caption(
        "  \n".join(
            f"{title} {plain(known_by or layout.DASH)}"
            for title, known_by in (
                ("Git commit", one.git_commit),
                ("DVC", one.dvc_hash),
                ("Content", one.content_hash),
            )
        )
    )


def _compare(project: Project, versions: Sequence[DatasetOut]) -> None:
    if len(versions) < 2:
        st.markdown(t(":gray[Two versions can be compared here, once there are two.]"))
        return
    names = {one.version: one.tag for one in versions}
    by_hand = [one.version for one in versions if one.message not in AUTOMATIC]
    a, b, _ = layout.two_versions(f"compare-{project.slug}", names, by_hand)
    if a == b:
        st.markdown(t(":gray[Choose two different versions.]"))
        return
    diff = feedback.must(lambda: project.diff(a, b), t("Comparing"))
    labels = diff.labels
    boxes = st.columns(4)
    boxes[0].metric(t("Items added"), layout.number(diff.items["added"]), border=True)
    boxes[1].metric(t("Labels added"), layout.number(labels.added), border=True)
    boxes[2].metric(t("Labels changed"), layout.number(labels.changed), border=True)
    agreement = diff.agreement
    boxes[3].metric(
        t("Same label"),
        percent(agreement, 1),
        border=True,
        help=t("Of the items labeled in both."),
    )
    gone = diff.items["removed"], labels.removed
    if any(gone):
        st.markdown(
            t("Removed: items {items}, labels {labels}.", items=layout.number(gone[0]), labels=layout.number(gone[1]))
        )
    st.header(t("Changed labels"), anchor=False)
    if labels.examples:
        rows = [
            {
                t("Item"): one.preview or one.key,
                names[a]: _text(project.info, one.a),
                names[b]: _text(project.info, one.b) or t("none"),
                t("Key"): one.key,
            }
            for one in labels.examples
        ]
        table.show(rows)
        if labels.changed + labels.removed > len(rows):
            st.caption(tn("The first {n} of them.", "The first {n} of them.", len(rows)))
    else:
        st.markdown(t(":gray[No label changed.]"))
    st.header(t("Label balance"), anchor=False)
    if diff.balance:
        charts.two_versions(diff.balance, names[a], names[b])
    if diff.guideline_changed:
        st.header(t("The guideline changed"), anchor=False)
        layout.diff_table(diff.guideline_rows, names[a], names[b], only_changes=True)


def _text(project: ProjectOut, value: Any) -> str | None:
    """An answer in words; None where an item has none in a version."""
    return None if value is None else tasks.of(project).value_text(value, tasks.schema_of(project))
