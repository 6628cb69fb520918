"""One's own account: one's name, the password, where one is logged in, and one's API tokens."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session, token_row
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.components.language import choose_language
from labeler_ui.feedback import plain
from labeler_ui.words import day, mark, t

from labeler.wire.accounts import SessionOut, UserOut

MOST = 5  # sessions that are shown
ROLES = {
    "admin": mark("Administrator: manages accounts and every project."),
    "manager": mark("Manager: sets up projects and leads them."),
    "labeler": mark("Labeler: labels in the projects that one is a member of."),
    "reader": mark("Reader: looks at projects and changes nothing."),
}


def render() -> None:
    """Four groups, each for itself."""
    user = session.user()
    if user is None:
        return
    layout.heading(t("Account"), f"{plain(user.email)}. {t(ROLES.get(user.role, user.role))}")
    left, right = st.columns(2, gap="large")
    with left:
        st.header(t("Language"), anchor=False)
        choose_language(named=True)
        _name(user)
        if user.has_password:
            _password()
    with right:
        _sessions()
        _tokens(user)


def _name(user: UserOut) -> None:
    keep("account", {"account-name": user.name})
    st.header(t("Name"), anchor=False)
    with st.form("name"):
        name = st.text_input(
            t("Name"),
            user.name,
            key="account-name",
            max_chars=200,
            label_visibility="collapsed",
        )
        st.caption(t("Others see it beside your labels and notes."))
        if st.form_submit_button(t("Save the name")):
            if not name.strip():
                st.error(t("A name is needed."), icon=":material/error:")
                return
            _do(lambda: session.client().rename(name.strip()), t("Saved."))


def _password() -> None:
    st.header(t("Change the password"), anchor=False)
    st.caption(t("All other sessions and all API tokens of your account end with the old password."))
    with st.form(key("password", "password")):
        current = st.text_input(t("Current password"), type="password", autocomplete="current-password")
        new = st.text_input(
            t("New password"), type="password", autocomplete="new-password", help=t("At least 10 characters.")
        )
        again = st.text_input(t("Repeat the new password"), type="password", autocomplete="new-password")
        if st.form_submit_button(t("Change password"), type="primary"):
            if new != again:
                st.error(t("The two new passwords differ."), icon=":material/error:")
                return
            with feedback.told():
                session.client().change_password(current, new)
                saved("password")
                feedback.say_later(
                    t("The password has been changed. Your other sessions and your API tokens have ended.")
                )
                st.rerun()


def _sessions() -> None:
    st.header(t("Where you are logged in"), anchor=False)
    found = feedback.attempt(session.client().sessions, t("Reading the sessions"))
    if found is None:
        return
    with st.container(border=True):
        for one in found[:MOST]:
            _session(one)
        if len(found) > MOST:
            st.markdown(t(":gray[Other browsers that are not shown: {count}.]", count=layout.number(len(found) - MOST)))
        if len(found) > 1 and st.button(t("Log out everywhere else …"), icon=":material/logout:"):
            layout.confirm(
                t("All other browsers have to log in again. Programs with an API token go on."),
                t("Log out everywhere else"),
                session.client().log_out_elsewhere,
                t("You are logged in here only."),
                is_final=False,
            )


def _session(one: SessionOut) -> None:
    """One of them, with the way to log out there."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"session-{one.id}"):
        st.markdown(_session_text(one), width="stretch")
        if not one.current and st.button(t("Log out there"), key=f"out-{one.id}", type="tertiary"):
            with feedback.told():
                session.client().log_out_of(one.id)
                feedback.say_later(t("You are not logged in there any more."))
                st.rerun()


def _session_text(one: SessionOut) -> str:
    icon, name = (
        (":material/computer:", t("**This browser**"))
        if one.current
        else (":material/public:", plain(one.browser) or t("Another browser"))
    )
    if one.current and one.browser:
        name += f" ({plain(one.browser)})"
    until = day(layout.local(one.expires_at))
    since = t("since {when}", when=layout.clock(one.created_at))
    ends = t("ends by itself after {until} without use", until=until)
    return f"{icon} {name}, {since}  \n:gray[{ends}]"


def _tokens(user: UserOut) -> None:
    st.header(t("Your API tokens"), anchor=False)
    tokens = feedback.attempt(lambda: list(session.client().tokens), t("Reading the tokens"))
    mine = [token for token in tokens or [] if token.user_id == user.id]
    if not mine:
        st.markdown(t(":gray[None. Programs that push items or pull labels need one; managers make them on People.]"))
    for token in mine:
        token_row.draw(token)
    if session.manages(session.slug()):
        layout.open_page("people", t("Make one on People"), "key")


def _do(call: Any, told: str) -> None:
    with feedback.told(t("Saving")):
        call()
        saved("account")
        session.forget()
        feedback.say_later(told)
        st.rerun()
