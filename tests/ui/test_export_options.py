"""What the page of dataset versions asks about a format, and what it makes of the answers."""

from labeler_ui.pages.datasets import CHOICES
from streamlit.testing.v1 import AppTest

from labeler.datasets.writers import described, writer, writers


def form(format: dict) -> None:
    import streamlit as st
    from labeler_ui.pages.datasets import options_of

    from labeler.wire.formats import ExportFormat

    st.session_state["chosen"] = options_of(ExportFormat.model_validate(format))


def shown(name: str) -> AppTest:
    one = writer(name)
    told = {"name": name, "title": one.title, "suffix": one.suffix, "media_type": one.media_type, "tasks": None}
    return AppTest.from_function(form, default_timeout=60, args=(told | {"options": described(one.options)},)).run()


def test_nothing_chosen_is_the_default() -> None:
    page = shown("csv")
    assert not page.exception and page.session_state["chosen"] == []
    assert [one.label for one in page.checkbox] == ["Soft labels", "Earlier labels, too", "For Excel"]
    assert page.selectbox[0].label == "Each row is"
    assert page.selectbox[0].options == ["an item with its answer", "a label"]


def test_every_choice_of_a_format_has_words() -> None:
    offered = {
        (option["name"], choice)
        for one in writers()
        for option in described(one.options)
        if not isinstance(option["default"], bool)
        for choice in option["choices"] or []
    }
    assert offered == set(CHOICES)


def test_what_is_chosen_is_sent_as_the_service_takes_it() -> None:
    page = shown("csv")
    page.checkbox[2].check()
    page.selectbox[0].select_index(1).run()
    assert page.session_state["chosen"] == ["rows=labels", "excel=true"]
    page = shown("label_studio")
    page.text_input[0].input("kind").run()
    page.checkbox[0].uncheck().run()
    assert page.session_state["chosen"] == ["question=kind", "people=false"]
