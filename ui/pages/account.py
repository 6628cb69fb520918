"""One's own account: who one is, the password."""

import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.feedback import plain


def render() -> None:
    """Name, role and a form for a new password."""
    user = session.user()
    if user is None:
        return
    layout.heading("Account")
    st.markdown(f"**{plain(user.name)}**  \n{plain(user.email)}  \n:gray[{plain(user.role)}]")
    st.header("Change the password", anchor=False)
    with st.form("password", clear_on_submit=True, width=420):
        current = st.text_input("Current password", type="password", autocomplete="current-password")
        new = st.text_input(
            "New password", type="password", autocomplete="new-password", help="At least 10 characters."
        )
        again = st.text_input("Repeat the new password", type="password", autocomplete="new-password")
        if st.form_submit_button("Change password", type="primary"):
            if new != again:
                st.error("The two new passwords differ.", icon=":material/error:")
                return
            with feedback.told():
                session.client().change_password(current, new)
                st.success("The password has been changed. Your other sessions have ended.", icon=":material/check:")
