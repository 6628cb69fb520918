"""The prompt of a language model: what it is asked, tried on an item before it is kept."""

import streamlit as st
from labeler_ui import feedback, layout, llm_words
from labeler_ui.words import mark, number, t

from labeler.client import Project
from labeler.wire.llm import LlmOut


@layout.dialog(mark("Prompt"), width="large")
def edit(project: Project, one: LlmOut) -> None:
    """Saved only by its button, as a new version; each label remembers the one it was asked with."""
    now = one.prompt
    st.caption(
        t(
            "{guideline}, {labels}, {examples}, {answer} and {item} are filled in. What stands in an item is data: it "
            "is marked as such, and whatever it says, only one of the possible answers is taken."
        )
    )
    system = st.text_area(t("How it is to work"), now.system, height=260, key=f"prompt-system-{one.id}")
    user = st.text_area(t("What it is asked each time"), now.user, height=140, key=f"prompt-user-{one.id}")
    given = {"system": system, "user": user}
    is_other = (system.strip(), user.strip()) != (now.system.strip(), now.user.strip())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        item = st.text_input(
            t("Item"), placeholder=t("the key of an item"), key=f"prompt-item-{one.id}", value=_some_item(project)
        )
        look = st.button(t("Preview"), key=f"prompt-look-{one.id}", icon=":material/visibility:")
        keep = st.button(t("Save as a new version"), type="primary", disabled=not is_other, key=f"prompt-save-{one.id}")
    if keep:
        with feedback.told(t("Saving")):
            made = project.llms.change(one.id, prompt=given)
            feedback.say_later(t("Saved as version {version}. It is measured again.", version=made.prompt.version))
            st.rerun()
    if look and item.strip():
        found = feedback.attempt(lambda: project.llms.preview(one.id, item.strip(), given), t("Filling it in"))
        if found is not None:
            about = t("About {n} tokens. Nothing was sent.", n=number(found.tokens))
            price = "" if found.cost is None else t("It would cost {cost}.", cost=llm_words.cost(found.cost))
            st.caption(f"{about} {price}")
            for message in found.messages:
                st.code(message.content, language=None, wrap_lines=True)


def _some_item(project: Project) -> str:
    """The key of an item to begin with."""
    found = feedback.attempt(lambda: project.items.page(limit=1))
    return found.items[0].key if found is not None and found.items else ""
