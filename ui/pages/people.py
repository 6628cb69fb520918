"""People: members of the project, accounts and invitations, API tokens."""

from datetime import UTC, datetime

import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.feedback import plain

from labeler.client import Project
from labeler.wire.accounts import TokenOut, UserOut
from labeler.wire.projects import MemberOut

ROLES = {
    "labeler": "labels, and sees their own work",
    "reader": "reads and exports",
    "manager": "runs the project: settings, guideline, models",
    "admin": "everything, also accounts",
}
MEMBER_ROLES = ["labeler", "reader", "manager"]
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
    if not members:
        st.markdown(":gray[No members yet. Admins have access to every project.]")
    for member in members:
        _member(project, member)
    with st.form("member", clear_on_submit=True, width=520):
        st.markdown("**Add a member**")
        email = st.text_input("Email address of an account", placeholder="name@example.org")
        role = st.selectbox("Role", MEMBER_ROLES, format_func=lambda r: f"{r}: {ROLES[r]}")
        if st.form_submit_button("Add", type="primary"):
            with feedback.told("Adding the member"):
                project.members.add(email.strip(), role)
                feedback.say_later("Added.")
                st.rerun()


def _member(project: Project, member: MemberOut) -> None:
    """One member: who, what they did, whether they know the guideline, and what can be done."""
    newest = project.info.guideline_version
    facts = [f"{layout.number(member.labels)} label{'s' * (member.labels != 1)}"]
    if member.last_label_at:
        facts.append(f"last {layout.when(member.last_label_at)}")
    late = newest is not None and (member.guideline_read or 0) < newest and member.role != "reader"
    if newest is not None and not late and member.guideline_read:
        facts.append(f"has read guideline {member.guideline_read}")
    warning = f" :orange-badge[has not read guideline {newest}]" if late else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"member-{member.user_id}"):
        st.markdown(
            f"**{plain(member.name)}** :gray-badge[{member.role}]{warning}  \n"
            f":gray[{plain(member.email)} · {' · '.join(facts)}]",
            width="stretch",
        )
        if st.button("Role …", key=f"role-of-{member.user_id}"):
            _change_role(project, member)
        if st.button("Remove …", key=f"remove-{member.user_id}"):
            layout.confirm(
                f"{plain(_person(member))} can't open this project any more. Their labels stay, what they hold"
                " goes to others.",
                "Remove",
                lambda: project.members.remove(member.user_id),
                "Removed.",
            )


@st.dialog("Change the role")
def _change_role(project: Project, member: MemberOut) -> None:
    at = MEMBER_ROLES.index(member.role) if member.role in MEMBER_ROLES else 0
    role = st.radio(plain(_person(member)), MEMBER_ROLES, index=at, captions=[ROLES[one] for one in MEMBER_ROLES])
    if st.button("Save", type="primary", disabled=role == member.role):
        with feedback.told("Changing the role"):
            project.members.add(member.email, role)
            feedback.say_later(f"{member.name} is a {role} now.")
            st.rerun()


def _person(one: UserOut | MemberOut) -> str:
    return f"{one.name} ({one.email})"


def _accounts(project: Project) -> None:
    users = feedback.must(lambda: list(session.client().users), "Reading the accounts")
    _once(
        "_invitation",
        "Invitation link",
        "Send it to the person. It works once and is shown only now; they choose their own password.",
    )
    for user in users:
        _account(user)
    with st.form("invite", clear_on_submit=True, width=520):
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


def _account(user: UserOut) -> None:
    """One account and what can be done about it."""
    users = session.client().users
    state = "" if user.active else " :red-badge[deactivated]"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"account-{user.id}"):
        st.markdown(
            f"**{plain(user.name)}** :gray-badge[{user.role}]{state}  \n"
            f":gray[{plain(user.email)} · {user.kind} · since {layout.when(user.created_at)}]",
            width="stretch",
        )
        if user.kind != "person":
            return
        if st.button("Role …", key=f"account-role-{user.id}"):
            _change_account_role(user)
        if user.active and st.button(
            "New password link", key=f"link-{user.id}", help="For someone who forgot the password."
        ):
            with feedback.told():
                st.session_state["_invitation"] = users.invite_again(user.id)
                st.rerun()
        if user.active and st.button("Deactivate …", key=f"deactivate-{user.id}"):
            layout.confirm(
                f"{plain(_person(user))} is logged out everywhere, and their tokens stop working. Their work stays, and"
                " the account can be activated again.",
                "Deactivate",
                lambda: users.change(user.id, active=False),
                "Deactivated.",
            )
        if not user.active and st.button("Activate", key=f"activate-{user.id}"):
            with feedback.told():
                users.change(user.id, active=True)
                feedback.say_later("Activated.")
                st.rerun()


@st.dialog("Change the role in the whole service")
def _change_account_role(user: UserOut) -> None:
    roles = list(ROLES)
    at = roles.index(user.role) if user.role in roles else 0
    role = st.radio(plain(_person(user)), roles, index=at, captions=[ROLES[one] for one in roles])
    if st.button("Save", type="primary", disabled=role == user.role):
        with feedback.told("Changing the role"):
            session.client().users.change(user.id, role=role)
            feedback.say_later("Role changed.")
            st.rerun()


def _tokens(project: Project) -> None:
    tokens = feedback.must(lambda: list(session.client().tokens), "Reading the tokens")
    _once("_token", "The token", "Copy it now; it can't be shown again.")
    for token in tokens:
        _token(project, token)
    if not tokens:
        st.markdown(":gray[No tokens yet. Each program that pushes items or pulls labels needs its own.]")
    with st.form("token", clear_on_submit=True, width=520):
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


def _token(project: Project, token: TokenOut) -> None:
    where = {None: "all projects", project.info.id: "this project"}.get(token.project_id, "another project")
    until = f"expires {layout.local(token.expires_at):%Y-%m-%d}" if token.expires_at else "does not expire"
    used = f"last used {layout.when(token.last_used_at)}" if token.last_used_at else "never used"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"token-{token.id}"):
        st.markdown(
            f"**{plain(token.name)}** :gray-badge[{plain(', '.join(token.scopes))}]  \n"
            f":gray[{plain(token.prefix)}… · {plain(token.user_name)} · {where} · {used} · {until}]",
            width="stretch",
        )
        if st.button("Revoke …", key=f"revoke-{token.id}"):
            layout.confirm(
                f"Programs that use the token {plain(token.name)} stop working at once. This can't be taken back.",
                "Revoke",
                lambda: session.client().tokens.revoke(token.id),
                f"{plain(token.name)} is revoked.",
            )
