"""What pages share: boxes that follow what is newest until somebody chooses."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st
    from labeler_ui import layout

    newest = st.session_state["newest"]
    st.session_state["chosen"] = layout.two_versions("compare", {n: f"v{n}" for n in range(newest, 0, -1)})[:2]


def test_the_two_newest_are_compared_until_somebody_chooses() -> None:
    shown = AppTest.from_function(page, default_timeout=60)
    shown.session_state["newest"] = 2
    assert shown.run().session_state["chosen"] == (1, 2)
    shown.session_state["newest"] = 4
    assert shown.run().session_state["chosen"] == (3, 4)
    shown.selectbox[0].select(1).run()
    shown.session_state["newest"] = 5
    shown.run()
    assert not shown.exception and shown.session_state["chosen"] == (1, 5), "what was chosen stays"
