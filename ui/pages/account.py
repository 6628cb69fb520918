"""One's own account: one's name, the password, where one is logged in, and one's API tokens."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain

from labeler.wire.accounts import SessionOut, TokenOut, UserOut

MOST = 5  # sessions that are shown
ROLES = {
    "admin": "Administrator: manages accounts and every project.",
    "manager": "Manager: sets up projects and leads them.",
    "labeler": "Labeler: labels in the projects that one is a member of.",
    "reader": "Reader: looks at projects and changes nothing.",
}


def render() -> None:
    """Four groups, each for itself."""
    user = session.user()
    if user is None:
        return
    layout.heading("Account", f"{plain(user.email)}. {ROLES.get(user.role, plain(user.role))}")
    left, right = st.columns(2, gap="large")
    with left:
        _name(user)
        _password()
    with right:
        _sessions()
        _tokens(user)


def _name(user: UserOut) -> None:
    st.header("Name", anchor=False)
    keep("account", ["account-name"])
    with st.form("name"):
        name = st.text_input(
            "Name", user.name, key="account-name", max_chars=200, help="Others see it beside your labels and notes."
        )
        if st.form_submit_button("Save the name"):
            if not name.strip():
                st.error("A name is needed.", icon=":material/error:")
                return
            _do(lambda: session.client().rename(name.strip()), "Saved.")


def _password() -> None:
    st.header("Change the password", anchor=False)
    with st.form("password", clear_on_submit=True):
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


def _sessions() -> None:
    st.header("Where you are logged in", anchor=False)
    found = feedback.attempt(session.client().sessions, "Reading the sessions")
    if found is None:
        return
    with st.container(border=True):
        for one in found[:MOST]:
            st.markdown(_session_text(one))
        if len(found) > MOST:
            st.markdown(f":gray[Other browsers that are not shown: {layout.number(len(found) - MOST)}.]")
        if len(found) > 1 and st.button("Log out everywhere else …", icon=":material/logout:"):
            layout.confirm(
                "All other browsers have to log in again. Programs with an API token go on.",
                "Log out everywhere else",
                session.client().log_out_elsewhere,
                "You are logged in here only.",
            )


def _session_text(one: SessionOut) -> str:
    icon, name = (
        (":material/computer:", "**This browser**") if one.current else (":material/public:", "Another browser")
    )
    until = f"{layout.local(one.expires_at):%Y-%m-%d}"
    return f"{icon} {name}, since {layout.clock(one.created_at)}  \n:gray[ends by itself after {until} without use]"


def _tokens(user: UserOut) -> None:
    st.header("Your API tokens", anchor=False)
    tokens = feedback.attempt(lambda: list(session.client().tokens), "Reading the tokens")
    mine = [token for token in tokens or [] if token.user_id == user.id]
    if not mine:
        st.markdown(":gray[None. Programs that push items or pull labels need one; managers make them on People.]")
    for token in mine:
        _token(token)
    if session.manages(session.slug()):
        layout.open_page("people", "Make one on People", "key")


def _token(token: TokenOut) -> None:
    used = f"last used {layout.when(token.last_used_at)}" if token.last_used_at else "never used"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"my-token-{token.id}"):
        st.markdown(
            f"**{plain(token.name)}** :gray-badge[{plain(', '.join(token.scopes))}]  \n"
            f":gray[{plain(token.prefix)}…, {used}]",
            width="stretch",
        )
        if st.button("Revoke …", key=f"my-revoke-{token.id}"):
            layout.confirm(
                f"Programs that use the token {plain(token.name)} stop working at once. This can't be taken back.",
                "Revoke",
                lambda: session.client().tokens.revoke(token.id),
                f"{plain(token.name)} is revoked.",
            )


def _do(call: Any, said: str) -> None:
    with feedback.told("Saving"):
        call()
        saved("account")
        session.forget()
        feedback.say_later(said)
        st.rerun()
