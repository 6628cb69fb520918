"""People: members of the project, accounts and invitations, API tokens."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.feedback import plain

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
            _accounts()
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


def _members(project: dict[str, Any]) -> None:
    path = f"/projects/{project['slug']}/members"
    members = feedback.must(lambda: list(layout.pages_of(path)), "Reading the members")
    rows = [
        {
            "Name": m["name"],
            "Email": m["email"],
            "Role": m["role"],
            "Kind": m["kind"],
            "Labels": m.get("labels"),
        }
        for m in members
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
                session.client().post(path, json={"email": email.strip(), "role": role})
                feedback.say_later("Added.")
                st.rerun()
    if members:
        with right, st.form("member-gone"):
            st.markdown("**Remove a member**")
            gone = st.selectbox(
                "Member",
                members,
                format_func=lambda m: f"{m['name']} ({m['email']})",
                index=None,
                placeholder="choose",
            )
            st.caption("Their labels stay.")
            if st.form_submit_button("Remove") and gone:
                with feedback.told("Removing the member"):
                    session.client().delete(f"{path}/{gone['user_id']}")
                    feedback.say_later("Removed.")
                    st.rerun()


def _accounts() -> None:
    users = feedback.must(lambda: list(layout.pages_of("/users")), "Reading the accounts")
    rows = [
        {
            "Name": u["name"],
            "Email": u["email"],
            "Role": u["role"],
            "Kind": u["kind"],
            "Active": u["active"],
            "Since": layout.when(u["created_at"]),
        }
        for u in users
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
        if st.form_submit_button("Create an invitation link", type="primary"):
            with feedback.told("Inviting"):
                made = session.client().post(
                    "/users", json={"name": name.strip(), "email": email.strip(), "role": role}
                )
                st.session_state["_invitation"] = made["invitation_url"]
                st.rerun()
    with right, st.container(border=True):
        st.markdown("**Change an account**")
        people = [u for u in users if u["kind"] == "person"]
        chosen = st.selectbox(
            "Account",
            people,
            format_func=lambda u: f"{u['name']} ({u['email']})",
            index=None,
            placeholder="choose",
        )
        if chosen:
            _change(chosen)


def _change(user: dict[str, Any]) -> None:
    path, client = f"/users/{user['id']}", session.client()
    roles = list(ROLES)
    role = st.selectbox(
        "New role",
        roles,
        index=roles.index(user["role"]) if user["role"] in roles else 0,
        key=f"role-{user['id']}",
    )
    with st.container(horizontal=True):
        if st.button("Save role", disabled=role == user["role"]):
            with feedback.told():
                client.patch(path, json={"role": role})
                feedback.say_later("Role changed.")
                st.rerun()
        if st.button("New password link", help="For someone who forgot the password."):
            with feedback.told():
                st.session_state["_invitation"] = client.post(f"{path}/invitation")["invitation_url"]
                st.rerun()
        word = "Deactivate" if user["active"] else "Activate"
        if st.button(word):
            with feedback.told():
                client.patch(path, json={"active": not user["active"]})
                feedback.say_later(f"{word}d.")
                st.rerun()


def _tokens(project: dict[str, Any]) -> None:
    tokens = feedback.must(lambda: list(layout.pages_of("/tokens")), "Reading the tokens")
    _once("_token", "The token", "Copy it now; it can't be shown again.")
    rows = [
        {
            "Name": t["name"],
            "Starts with": t.get("prefix"),
            "Owner": t.get("user_name"),
            "Rights": ", ".join(t.get("scopes") or []),
            "Project": "this one"
            if t.get("project_id") == project["id"]
            else ("all" if t.get("project_id") is None else str(t["project_id"])),
            "Last used": layout.when(t.get("last_used_at")),
            "Expires": (t.get("expires_at") or "never")[:10],
        }
        for t in tokens
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
            body: dict[str, Any] = {"name": name.strip(), "scopes": scopes}
            if only:
                body["project_id"] = project["id"]
            if expires:
                body["expires_at"] = f"{expires}T00:00:00Z"
            with feedback.told("Creating the token"):
                st.session_state["_token"] = session.client().post("/tokens", json=body)["token"]
                st.rerun()
    if tokens:
        with right, st.form("token-gone"):
            st.markdown("**Revoke a token**")
            gone = st.selectbox(
                "Token",
                tokens,
                format_func=lambda t: f"{t['name']} ({t.get('prefix')}…)",
                index=None,
                placeholder="choose",
            )
            st.caption("Programs that use it stop working at once.")
            if st.form_submit_button("Revoke") and gone:
                with feedback.told("Revoking"):
                    session.client().delete(f"/tokens/{gone['id']}")
                    feedback.say_later(f"{plain(gone['name'])} is revoked.")
                    st.rerun()
