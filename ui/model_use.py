"""What the live model and a canary are asked, by whom, how long it takes, and what shadows would have said. Part of the
page Models."""

from typing import Any

import streamlit as st
from labeler_ui import contents, feedback, layout, metrics, table, tasks
from labeler_ui.feedback import plain
from labeler_ui.rule_words import between
from labeler_ui.words import number, percent, t, tn

from labeler.client import Project
from labeler.wire.registry import ModelUse
from labeler.wire.shadows import ShadowOut

LONGEST = 160  # signs of an item


def draw(project: Project) -> None:
    """The live model and the canary beside each other, then who asks."""
    found = feedback.must(project.use, t("Reading what models were asked"))
    if not found:
        with feedback.empty(
            t("No model is live"),
            t("Programs that ask for predictions are refused until one is promoted. What it is asked is shown here."),
            ":material/rocket_launch:",
        ):
            pass
        return
    st.header(t("What answers now"), anchor=False)
    table.show([_row(one) for one in found], {t("Model"): table.name_of})
    st.caption(
        t("Counted since it came to its stage, some seconds late. Where a canary fails, the live model answers.")
    )
    for use in found:
        _speed(use)
    _later(project)
    for one in feedback.attempt(project.shadows, t("Reading what shadows say")) or []:
        _shadow(project, one)
    _pins(project)
    asked = [one for one in found if one.consumers]
    st.header(t("Who asks"), anchor=False)
    if not asked:
        st.markdown(t(":gray[Nobody yet.]"))
        return
    table.show(
        [
            {
                t("Model"): one.model,
                t("Name"): who.name,
                t("Token"): who.token or layout.DASH,
                t("Requests"): who.requests,
                t("Items"): who.items,
                t("Last"): layout.when(who.last_at),
            }
            for one in asked
            for who in one.consumers
        ],
        {t("Model"): table.name_of},
    )


def _speed(one: ModelUse) -> None:
    """How long it takes this week beside before."""
    speed = one.speed
    if speed is None:
        return
    now = _between_ms(speed.p95_ms, speed.low_ms, speed.high_ms)
    least, most = number(speed.items_from), "" if speed.items_to is None else number(speed.items_to)
    size = least if least == most else f"{least}\N{EN DASH}{most}"
    week = tn(
        "Model {model}, {n} request in the last seven days (items of each: {size}): 95% took less than {now}.",
        "Model {model}, {n} requests in the last seven days (items of each: {size}): 95% took less than {now}.",
        speed.requests,
        model=one.model,
        size=size,
        now=now,
    )
    if speed.usual_ms is None:
        st.caption(f"{week} " + t("There is nothing to compare that with yet."))
        return
    before = (
        t("In the four weeks before it was {usual}.", usual=_ms(speed.usual_ms))
        if speed.compared == "weeks"
        else t("When it was measured it was {usual}.", usual=_ms(speed.usual_ms))
    )
    if speed.slower:
        st.warning(f"{week} {before} " + t("It has become slower."), icon=":material/speed:")
    else:
        st.caption(f"{week} {before}")


def _between_ms(value: float, low: float, high: float) -> str:
    return t("{value} ({low} to {high})", value=_ms(value), low=_ms(low), high=_ms(high))


def _later(project: Project) -> None:
    """How right each was on items that were labeled after it had answered them, beside the holdout."""
    rows = feedback.attempt(project.later_labels, t("Reading the labels that came later")) or []
    if not any(row.items for row in rows):
        return
    st.header(t("On items that were labeled later"), anchor=False)
    shown = []
    for row in rows:
        metric = metrics.named(project.info.task_type, row.holdout_metric) if row.holdout_metric else None
        shown.append(
            {
                t("Model"): row.model,
                t("Stage"): t(row.stage),
                t("Right"): row.right.value,
                t("95% interval"): between(row.right),
                t("Items"): row.items,
                t("On the holdout"): _on_holdout(metric, row.holdout),
            }
        )
    table.show(shown, {t("Model"): table.name_of, t("Right"): lambda one: percent(one, 1)})
    st.caption(
        t(
            "Items that people first labeled after the model had answered them. Which items are labeled is not drawn "
            "at random: hard ones may come first. Models are judged on the holdout; a wide gap to it is worth a look."
        )
    )


def _pins(project: Project) -> None:
    """Programs that ask for one model, whatever is live."""
    pins = feedback.attempt(project.pins, t("Reading which programs ask for one model"))
    if not pins:
        return
    st.header(t("Programs that ask for one model"), anchor=False)
    if retired := [one for one in pins if one.stage == "retired"]:
        names = ", ".join(plain(f"{one.token} ({one.name})") for one in retired)
        words = t("They still ask for a model that is retired, and are told so with each answer: {names}.", names=names)
        st.warning(words, icon=":material/push_pin:")
    rows = [(one.model, t(one.stage), one.token, one.name, layout.when(one.since)) for one in pins]
    titles = (t("Model"), t("Stage"), t("Token"), t("Name"), t("Since"))
    table.show([dict(zip(titles, row, strict=True)) for row in rows], {t("Model"): table.name_of})


def _on_holdout(metric: metrics.Metric | None, estimate: metrics.Estimate | None) -> str:
    if metric is None or not metrics.known(estimate):
        return layout.DASH
    interval = metric.interval(estimate)
    return f"{metric.title} {metric.text(estimate)}" + (f" ({interval})" if interval else "")


def _shadow(project: Project, one: ShadowOut) -> None:
    """How far it says the same, what it says instead, and of which items."""
    st.header(t("In the shadow: model {number}", number=one.model), anchor=False)
    if not one.items and not one.failed:
        st.markdown(t(":gray[Nothing has been asked since. It follows some seconds after the answers.]"))
        return
    told = []
    if one.same.value is not None:
        told.append(
            tn(
                "Of {n} item it says the same as was answered in {share} ({between}).",
                "Of {n} items it says the same as was answered in {share} ({between}).",
                one.items,
                share=percent(one.same.value, 1),
                between=between(one.same),
            )
        )
    if one.failed:
        told.append(tn("Of {n} item it could say nothing.", "Of {n} items it could say nothing.", one.failed))
    if one.ms_per_item is not None:
        told.append(t("It takes {time} for an item.", time=_ms(one.ms_per_item)))
    st.markdown(" ".join(told))
    st.caption(t("A random sample of what is asked. Who is right where they differ, labels tell."))

    def text(value: Any) -> str:
        return layout.DASH if value is None else tasks.value_text(project.info, value)

    if one.otherwise:
        table.show(
            [
                {t("Was answered"): text(row.live), t("The shadow says"): text(row.shadow), t("Items"): row.items}
                for row in one.otherwise
            ]
        )
    if one.differs:
        with st.expander(t("The newest items of which it says something else")):
            table.show(
                [
                    {
                        t("Item"): contents.line(row.content, LONGEST),
                        t("Was answered"): text(row.live),
                        t("The shadow says"): text(row.shadow),
                        t("When"): layout.when(row.at),
                    }
                    for row in one.differs
                ]
            )


def _row(one: ModelUse) -> dict[str, object]:
    return {
        t("Model"): one.model,
        t("Stage"): t(one.stage),
        t("Share"): layout.DASH if one.share is None else percent(one.share),
        t("Since"): layout.when(one.since),
        t("Requests"): one.requests,
        t("Items"): one.items,
        t("Not answered"): one.failed,
        t("Half take less than"): _ms(one.p50_ms),
        t("95% take less than"): _ms(one.p95_ms),
    }


def _ms(value: float | None) -> str:
    return layout.DASH if value is None else t("{ms} ms", ms=number(value, 0 if value >= 10 else 1))
