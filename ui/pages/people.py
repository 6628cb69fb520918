"""People: members of the project, accounts and invitations, API tokens."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.feedback import plain

from labeler.client import Project
from labeler.wire.accounts import UserOut
from labeler.wire.projects import MemberOut

ROLES = {
    "labeler": "labels, and sees their own work",
    "reader": "reads and exports",
    "manager": "runs the project: settings, guideline, models",
    "admin": "everything, also accounts",
}
SCOPES = {
    "read": "read and export",
    "label": "give labels",
    "write": "push items and predictions",
    "manage": "settings, training, dataset versions",
    "admin": "accounts",
    "*": "everything the owner may do",
}


def render() -> None:
    """Tabs: members of this project, accounts (admins only), tokens."""
    project = layout.project()
    layout.heading("People", "Who labels, who reads, and the API tokens of programs.")
    names = ["Members of this project", *(["Accounts"] if session.is_admin() else []), "API tokens"]
    tabs = dict(zip(names, st.tabs(names, key="people-tabs"), strict=True))
    with tabs["Members of this project"]:
        _members(project)
    if "Accounts" in tabs:
        with tabs["Accounts"]:
            _accounts(project)
    with tabs["API tokens"]:
        _tokens(project)


def _once(key: str, title: str, text: str) -> None:
    """A secret that is shown this one time, until it is put away."""
    secret = st.session_state.get(key)
    if secret:
        with st.container(border=True):
            st.markdown(f"**{title}**  \n{text}")
            st.code(secret, language=None, wrap_lines=True)
            if st.button("I have copied it", key=f"{key}-done"):
                st.session_state.pop(key)
                st.rerun()


def _members(project: Project) -> None:
    members = feedback.must(lambda: list(project.members), "Reading the members")
    rows = [
        {
            "Name": member.name,
            "Email": member.email,
            "Role": member.role,
            "Kind": member.kind,
            "Labels": member.labels,
        }
        for member in members
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.markdown(":gray[No members yet. Admins have access to every project.]")
    left, right = st.columns(2, gap="large")
    with left, st.form("member", clear_on_submit=True):
        st.markdown("**Add a member**")
        email = st.text_input("Email address of an account", placeholder="name@example.org")
        role = st.selectbox("Role", ["labeler", "reader", "manager"], format_func=lambda r: f"{r}: {ROLES[r]}")
        if st.form_submit_button("Add", type="primary"):
            with feedback.told("Adding the member"):
                project.members.add(email.strip(), role)
                feedback.say_later("Added.")
                st.rerun()
    if members:
        with right, st.form("member-gone"):
            st.markdown("**Remove a member**")
            gone = st.selectbox(
                "Member",
                members,
                format_func=_person,
                index=None,
                placeholder="choose",
            )
            st.caption("Their labels stay.")
            wanted = st.form_submit_button("Remove …")
        if wanted and gone:
            layout.confirm(
                f"{plain(_person(gone))} can't open this project any more. Their labels stay, what they hold"
                " goes to others.",
                "Remove",
                lambda: project.members.remove(gone.user_id),
                "Removed.",
            )


def _person(one: UserOut | MemberOut) -> str:
    return f"{one.name} ({one.email})"


def _accounts(project: Project) -> None:
    users = feedback.must(lambda: list(session.client().users), "Reading the accounts")
    rows = [
        {
            "Name": user.name,
            "Email": user.email,
            "Role": user.role,
            "Kind": user.kind,
            "Active": user.active,
            "Since": layout.when(user.created_at),
        }
        for user in users
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config={"Active": st.column_config.CheckboxColumn()})
    _once(
        "_invitation",
        "Invitation link",
        "Send it to the person. It works once and is shown only now; they choose their own password.",
    )
    left, right = st.columns(2, gap="large")
    with left, st.form("invite", clear_on_submit=True):
        st.markdown("**Invite someone**")
        name = st.text_input("Name")
        email = st.text_input("Email address")
        role = st.selectbox("Role in the whole service", list(ROLES), format_func=lambda r: f"{r}: {ROLES[r]}")
        joins = st.toggle(
            f"Also a member of {project.info.name}", value=True, help="The link then leads right into the project."
        )
        if st.form_submit_button("Create an invitation link", type="primary"):
            with feedback.told("Inviting"):
                made = session.client().users.invite(email.strip(), name.strip(), role)
                if joins and role != "admin":
                    project.members.add(email.strip(), role)
                st.session_state["_invitation"] = made.invitation_url
                st.rerun()
    with right, st.container(border=True):
        st.markdown("**Change an account**")
        people = [user for user in users if user.kind == "person"]
        chosen = st.selectbox(
            "Account",
            people,
            format_func=_person,
            index=None,
            placeholder="choose",
        )
        if chosen:
            _change(chosen)


def _change(user: UserOut) -> None:
    users, roles = session.client().users, list(ROLES)
    role = st.selectbox(
        "New role",
        roles,
        index=roles.index(user.role) if user.role in roles else 0,
        key=f"role-{user.id}",
    )
    with st.container(horizontal=True):
        if st.button("Save role", disabled=role == user.role):
            with feedback.told():
                users.change(user.id, role=role)
                feedback.say_later("Role changed.")
                st.rerun()
        if st.button("New password link", help="For someone who forgot the password."):
            with feedback.told():
                st.session_state["_invitation"] = users.invite_again(user.id)
                st.rerun()
        if user.active and st.button("Deactivate …"):
            layout.confirm(
                f"{plain(_person(user))} is logged out everywhere, and their tokens stop working. Their work stays, and"
                " the account can be activated again.",
                "Deactivate",
                lambda: users.change(user.id, active=False),
                "Deactivated.",
            )
        if not user.active and st.button("Activate"):
            with feedback.told():
                users.change(user.id, active=True)
                feedback.say_later("Activated.")
                st.rerun()


def _tokens(project: Project) -> None:
    tokens = feedback.must(lambda: list(session.client().tokens), "Reading the tokens")
    _once("_token", "The token", "Copy it now; it can't be shown again.")
    rows = [
        {
            "Name": token.name,
            "Starts with": token.prefix,
            "Owner": token.user_name,
            "Rights": ", ".join(token.scopes),
            "Project": {None: "all", project.info.id: "this one"}.get(token.project_id, str(token.project_id)),
            "Last used": layout.when(token.last_used_at),
            "Expires": f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "never",
        }
        for token in tokens
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.markdown(":gray[No tokens yet. Each program that pushes items or pulls labels needs its own.]")
    left, right = st.columns(2, gap="large")
    with left, st.form("token", clear_on_submit=True):
        st.markdown("**New token**")
        name = st.text_input("Name", placeholder="the program that uses it", key="token-name")
        scopes = st.multiselect("Rights", list(SCOPES), default=["read"], format_func=lambda s: f"{s}: {SCOPES[s]}")
        only = st.toggle("Only for this project", value=True)
        expires = st.date_input("Expires on", value=None, min_value="today")
        if st.form_submit_button("Create the token", type="primary"):
            until = datetime(expires.year, expires.month, expires.day, tzinfo=UTC) if expires else None
            with feedback.told("Creating the token"):
                made = session.client().tokens.create(
                    name.strip(), scopes, project=project.info.id if only else None, expires_at=until
                )
                st.session_state["_token"] = made.token
                st.rerun()
    if tokens:
        with right, st.form("token-gone"):
            st.markdown("**Revoke a token**")
            gone = st.selectbox(
                "Token",
                tokens,
                format_func=lambda token: f"{token.name} ({token.prefix}…)",
                index=None,
                placeholder="choose",
            )
            st.caption("Programs that use it stop working at once.")
            wanted = st.form_submit_button("Revoke …")
        if wanted and gone:
            layout.confirm(
                f"Programs that use the token {plain(gone.name)} stop working at once. This can't be taken back.",
                "Revoke",
                lambda: session.client().tokens.revoke(gone.id),
                f"{plain(gone.name)} is revoked.",
            )
