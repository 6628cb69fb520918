"""The forms of a language model: a new one, and what is changed of one there is."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.words import mark, t

from labeler.client import Project
from labeler.wire.llm import LlmOut, LlmPage

OWN = ""


def add(project: Project, page: LlmPage) -> None:
    """The form for a new one."""
    scope = f"llm {project.slug}"
    fields = {name: key(scope, f"llm-{name}") for name in ("name", "endpoint", "model")}
    keep(scope, dict.fromkeys(fields.values(), ""))
    st.header(t("Add a language model"), anchor=False)
    with st.form(key(scope, "llm"), width=760):
        left, right = st.columns(2)
        name = left.text_input(t("Name"), max_chars=200, key=fields["name"])
        model = right.text_input(t("Model"), max_chars=200, help=t("As its provider calls it."), key=fields["model"])
        endpoint = st.text_input(
            t("Address"),
            placeholder=f"{page.allowed[0] if '://' in page.allowed[0] else f'https://{page.allowed[0]}'}/v1",
            help=t("Where it speaks the chat completions protocol. Allowed: {hosts}", hosts=", ".join(page.allowed)),
            key=fields["endpoint"],
        )
        key_name, api_key = _key(page.key_names, key(scope, "llm-key"))
        left, middle, right = st.columns(3)
        price = _price(left, None, key(scope, "llm-price"))
        share = _share(middle, 0.1, key(scope, "llm-share"))
        limit = _limit(right, None, key(scope, "llm-limit"))
        asked = st.form_submit_button(t("Add the language model"), type="primary")
    if asked:
        given: dict[str, Any] = {"cost_per_1k_tokens": price, "blind_share": share, "money_limit": limit}
        if key_name:
            given["key_name"] = key_name
        elif api_key:
            given["api_key"] = api_key
        with feedback.told(t("Adding the language model")):
            project.llms.create(name.strip(), endpoint.strip(), model.strip(), **given)
            saved(scope)
            feedback.say_later(t("Added. It asks nothing until you try it or let it run."))
            st.rerun()


def _key(names: list[str], field: str) -> tuple[str, str]:
    """One of the operator's, by name, or one's own. It is sent to the service once and never comes back."""
    chosen = OWN
    if names:
        chosen = str(
            st.selectbox(
                t("Key"), [OWN, *names], format_func=lambda name: name or t("one of your own"), key=f"{field}-name"
            )
        )
    own = st.text_input(
        t("Your own key"),
        type="password",
        max_chars=500,
        help=t("It is stored and never shown again. Leave it empty where none is needed."),
        key=f"{field}-own",
    )
    return chosen, own


def _price(where: Any, value: float | None, field: str) -> float | None:
    found: float | None = where.number_input(
        t("Price of 1,000 tokens"),
        0.0,
        1000.0,
        value,
        step=0.001,
        format="%.4f",
        placeholder=t("not known"),
        help=t("In your currency. Without it, no limit of money can be kept."),
        key=field,
    )
    return found


def _share(where: Any, value: float, field: str) -> float:
    found = where.number_input(
        t("People answer, too (%)"),
        1,
        100,
        round(100 * value),
        help=t("A random share of its labels. The larger, the sooner you know how good it is."),
        key=field,
    )
    return float(found) / 100


def _limit(where: Any, value: float | None, field: str) -> float | None:
    found: float | None = where.number_input(
        t("Money in all, at most"), 0.01, 1_000_000.0, value, placeholder=t("no limit"), key=field
    )
    return found


@layout.dialog(mark("Change the language model"), width="large")
def change(project: Project, one: LlmOut) -> None:
    """What is changed is sent; an empty key leaves the one there is."""
    number = one.id
    left, right = st.columns(2)
    given: dict[str, Any] = {
        "name": left.text_input(t("Name"), one.name, key=f"llm-change-name-{number}").strip(),
        "model": right.text_input(t("Model"), one.model, key=f"llm-change-model-{number}").strip(),
        "endpoint": st.text_input(t("Address"), one.endpoint, key=f"llm-change-endpoint-{number}").strip(),
    }
    api_key = st.text_input(
        t("Another key"), type="password", placeholder=one.key_hint or t("none"), key=f"llm-change-key-{number}"
    )
    left, middle, right = st.columns(3)
    given |= {
        "cost_per_1k_tokens": _price(left, one.cost_per_1k_tokens, f"llm-change-price-{number}"),
        "blind_share": _share(middle, one.blind_share, f"llm-change-share-{number}"),
        "money_limit": _limit(right, one.money_limit, f"llm-change-limit-{number}"),
    }
    left, middle, right = st.columns(3)
    given["per_minute"] = left.number_input(
        t("Requests per minute"), 1, 60_000, one.per_minute, key=f"llm-change-minute-{number}"
    )
    given["examples"] = middle.number_input(
        t("Examples"),
        0,
        20,
        one.examples,
        help=t("Answered items like the one asked about."),
        key=f"llm-examples-{number}",
    )
    begins = round(100 * (one.bar if one.bar is not None else one.measured.bar))
    bar = right.number_input(
        t("Right on at least (%)"),
        50,
        99,
        min(max(begins, 50), 99),
        help=t("What the lower end of its interval must reach before it may count."),
        key=f"llm-bar-{number}",
    )
    st.caption(
        t("With another model, address or number of examples it is measured again, and counts no more until then.")
    )
    if st.button(t("Save"), type="primary", key=f"llm-change-save-{number}"):
        changed = {name: value for name, value in given.items() if value != getattr(one, name)}
        if bar != begins:
            changed["bar"] = bar / 100
        if api_key:
            changed["api_key"] = api_key
        if not changed:
            st.rerun()
        with feedback.told(t("Saving")):
            project.llms.change(one.id, **changed)
            feedback.say_later(t("Saved."))
            st.rerun()
