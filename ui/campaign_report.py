"""A campaign in words and tables: what it asks, how long it takes, what it changed."""

from typing import Any

import streamlit as st
from labeler_ui import layout, metrics, report, table, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import number, percent, t, tn

from labeler.client import Project
from labeler.wire.campaigns import CampaignDetail, CampaignOut, ChangedShare, LikelyLabel, ModelEffect, Selection
from labeler.wire.label_errors import RECHECK, RecheckOut


def name_of(one: CampaignOut | RecheckOut) -> str:
    """What it is called; the service's own name in the viewer's language."""
    return t("Likely label errors") if one.name == RECHECK else one.name


def about(one: CampaignOut) -> str:
    """What it asks, of whom, since when."""
    told = [selection(one.select), people(one.to)]
    if not one.blind:
        told.append(t("with the old answer as a suggestion"))
    if one.guideline_version is not None:
        told.append(t("under guideline {version}", version=one.guideline_version))
    begun = layout.clock(one.started_at or one.created_at)
    if one.ended_at is None:
        told.append(t("since {when}", when=begun))
    else:
        told.append(t("from {when} to {end}", when=begun, end=layout.clock(one.ended_at)))
        if one.ended_by:
            told.append(t("ended by {name}", name=plain(one.ended_by)))
    return plain(" · ").join(told)


def selection(select: Selection) -> str:
    """Which items, in a few words; parts of data are plain text."""
    told: list[str] = []
    if select.label is not None:
        names = [select.label] if isinstance(select.label, str) else select.label
        told.append(t("answered {labels}", labels=plain(", ".join(names))))
    if select.guideline_before is not None:
        told.append(t("labeled before guideline {version}", version=select.guideline_before))
    if select.guideline_version is not None:
        told.append(t("labeled under guideline {version}", version=select.guideline_version))
    if select.schema_version is not None:
        told.append(t("labeled with version {version} of the labels", version=select.schema_version))
    if select.labeler is not None:
        told.append(t("of one labeler"))
    if select.flagged:
        told.append(t("with an open flag"))
    if select.disagreeing:
        told.append(t("people disagree"))
    if select.keys is not None:
        told.append(tn("{n} item by its key", "{n} items by their keys", len(select.keys)))
    if select.comparable_to is not None:
        told.append(t("like {key}", key=plain(select.comparable_to)))
    if select.model_disagrees:
        told.append(t("the model disagrees"))
    return ", ".join(told) or t("all answered items")


def people(to: Any) -> str:
    if to == "same":
        return t("asked of the same people")
    if to == "others":
        return t("asked of others")
    return tn("asked of {n} person", "asked of {n} people", len(to))


def work(hours: float, between: tuple[float, float] | None = None) -> str:
    """So much work: minutes where it is less than an hour. between: as far as it may lie."""
    low, high = between or (hours, hours)
    if high < 1:
        ends = [number(max(1, round(60 * one))) for one in (low, high)]
        if ends[0] == ends[1]:
            return t("about {minutes} min of work", minutes=ends[0])
        return t("{low} to {high} min of work", low=ends[0], high=ends[1])
    ends = [number(one, 1 if high < 10 else 0) for one in (low, high)]
    if ends[0] == ends[1]:
        return t("about {hours} h of work", hours=ends[0])
    return t("{low} to {high} h of work", low=ends[0], high=ends[1])


def sentence(one: CampaignDetail) -> None:
    """What it came to, in one sentence, and what that means."""
    total = one.report.total
    if not total.answered or total.share.value is None:
        st.markdown(t(":gray[Nothing of it was answered.]"))
        return
    words = tn(
        "{changed} of {n} answer changed ({share}, {between}).",
        "{changed} of {n} answers changed ({share}, {between}).",
        total.answered,
        changed=number(total.changed),
        share=percent(total.share.value),
        between=between(total),
    )
    st.markdown(f"**{words}**")
    if one.left:
        st.markdown(
            ":gray["
            + tn("{n} label was not given before it ended.", "{n} labels were not given before it ended.", one.left)
            + "]"
        )


def between(found: ChangedShare) -> str:
    if found.share.low is None or found.share.high is None:
        return ""
    return t("95% interval {low} to {high}", low=percent(found.share.low), high=percent(found.share.high))


def draw(project: Project, one: CampaignDetail) -> None:
    """The figures behind the sentence: models, before and now, by label, by labeler."""
    found = one.report
    _models(project, found.model_before, found.model_after)
    if found.likely:
        _likely(found.likely)
    if not found.total.answered:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("Before and now"), anchor=False)
        rows = [
            {
                t("Before"): tasks.value_text(project.info, line.before),
                t("Now"): tasks.value_text(project.info, line.now),
                t("Labels"): line.labels,
            }
            for line in found.changes
        ]
        table.show(rows)
    with right:
        st.subheader(t("By label before"), anchor=False)
        _shares([(row.label, row) for row in found.by_label], t("Label"))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("By who answered now"), anchor=False)
        _shares([(row.labeler.name, row) for row in found.by_labeler], t("Name"))
    if found.of and one.to != "same":
        with right:
            st.subheader(t("By whose answer it was"), anchor=False)
            _shares([(row.labeler.name, row) for row in found.of], t("Name"))


def _likely(rows: list[LikelyLabel]) -> None:
    """What items of a split look like, for managers: no labeler was told."""
    st.subheader(t("What they look like"), anchor=False)
    shown = [
        {t("Label"): row.label, t("Items"): row.items, t("Answered"): row.answered, t("Answered so"): row.same}
        for row in rows
    ]
    table.show(shown)


def _shares(rows: list[tuple[str, ChangedShare]], title: str) -> None:
    shown = [
        {
            title: name,
            t("Answered"): row.answered,
            t("Changed"): row.changed,
            t("Share"): row.share.value,
            t("95% interval"): _interval(row),
        }
        for name, row in rows
    ]
    table.show(shown, {t("Share"): percent})


def _interval(row: ChangedShare) -> str | None:
    if row.share.low is None or row.share.high is None:
        return None
    return t("{low} to {high}", low=percent(row.share.low), high=percent(row.share.high))


def _models(project: Project, before: ModelEffect | None, after: ModelEffect | None) -> None:
    """What it did to the model, once one was trained since."""
    shown = [(t("Model before"), before), (t("Newest model since"), after)]
    known = [(title, one) for title, one in shown if one is not None and one.metric is not None]
    if after is None:
        st.caption(t("What it did to the model is told when one was trained after its end."))
    if after is None or not known:
        return
    boxes = st.columns(4)
    for box, (title, one) in zip(boxes, known, strict=False):
        metric = metrics.named(project.info.task_type, str(one.metric))
        estimate = one.model_dump()
        report.number_box(
            box,
            t("{title} ({number})", title=title, number=one.number),
            metric.text(estimate),
            f"{metric.title}: {metric.interval(estimate) or layout.DASH}",
            t("Both are measured on the holdout, whose answers may have changed, too."),
        )
