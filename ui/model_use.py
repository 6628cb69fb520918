"""What the live model and a canary are asked: how much, by whom, how long it takes. Part of the page Models."""

import streamlit as st
from labeler_ui import feedback, layout, table
from labeler_ui.words import number, percent, t

from labeler.client import Project
from labeler.wire.registry import ModelUse


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
