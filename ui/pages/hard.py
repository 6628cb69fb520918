"""Hard items: what labelers could not decide, by reason, with what others said, until each is resolved."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session, tasks
from labeler_ui.feedback import plain


def render() -> None:
    """Open flags by reason; each can be resolved with a note, a label, or both."""
    project = layout.project()
    layout.heading(
        "Hard items",
        "Decide each once, and put the decision into the guideline so that nobody has to ask again.",
    )
    state = st.segmented_control(
        "Show", ["Open", "Resolved"], default="Open", required=True, label_visibility="collapsed"
    )
    path = f"/projects/{project['slug']}/flags"
    flags = feedback.must(
        lambda: list(layout.pages_of(path, most=500, state=(state or "Open").lower())), "Reading the flags"
    )
    if not flags:
        if state == "Open":
            feedback.empty(
                "No hard items",
                "When labelers press **H** on an item that they can't decide, it shows up here.",
                ":material/sentiment_satisfied:",
            )
        else:
            feedback.empty("Nothing resolved yet", "Resolved hard items stay here, with the decision.")
        return
    reasons: dict[str, list[dict[str, Any]]] = {}
    for flag in flags:
        reasons.setdefault(flag["reason"] or "no reason", []).append(flag)
    ordered = sorted(reasons, key=lambda reason: -len(reasons[reason]))
    chosen = st.pills(
        "Reason",
        ordered,
        format_func=lambda r: f"{r} ({len(reasons[r])})",
        selection_mode="multi",
        default=[],
        label_visibility="collapsed",
    )
    for reason in chosen or ordered:
        st.subheader(plain(reason), anchor=False)
        for flag in reasons[reason]:
            _flag(project, flag)


def _flag(project: dict[str, Any], flag: dict[str, Any]) -> None:
    with st.container(border=True, key=f"flag-{flag['id']}"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            layout.show_content(flag["content"])
            who = plain((flag.get("labeler") or {}).get("name") or "")
            version = f", guideline version {flag['guideline_version']}" if flag.get("guideline_version") else ""
            st.caption(f"{who}, {layout.when(flag['created_at'])}{version}")
            if flag.get("note"):
                st.markdown(f"“{plain(flag['note'])}”")
        with right:
            for label in flag.get("labels") or []:
                st.markdown(
                    f"{plain(label['labeler']['name'])}: **{plain(tasks.value_text(project, label['value']))}**"
                )
            if not flag.get("labels"):
                st.markdown(":gray[Not labeled yet.]")
            prediction = flag.get("prediction")
            if prediction:
                st.markdown(
                    f":gray[Model {prediction['model']}: {plain(tasks.value_text(project, prediction['value']))}]"
                )
            if flag["state"] == "resolved":
                done = flag.get("resolution") or {}
                by = done.get("by")
                name = by.get("name") if isinstance(by, dict) else by
                st.success(
                    f"{plain(done.get('note') or 'Resolved')}  \n{plain(name or '')}, {layout.when(done.get('at'))}"
                )
        if flag["state"] != "resolved" and session.manages(project["slug"]):
            _resolve(project, flag)


def _resolve(project: dict[str, Any], flag: dict[str, Any]) -> None:
    with st.form(f"resolve-{flag['id']}", border=False):
        columns = st.columns([2, 4, 1], vertical_alignment="bottom")
        schema = tasks.schema_of(project)
        value = tasks.of(project).value_input(columns[0], "Answer", schema, key=f"value-{flag['id']}")
        note = columns[1].text_input("Note", placeholder="what was decided, and why", key=f"note-{flag['id']}")
        if columns[2].form_submit_button("Resolve", width="stretch"):
            body = {"note": note.strip() or None, "value": value}
            with feedback.told("Resolving"):
                session.client().post(
                    f"/projects/{project['slug']}/flags/{flag['id']}/resolve",
                    json={k: v for k, v in body.items() if v is not None},
                )
                feedback.say_later("Resolved.")
                st.rerun()
