"""People: members of the project, accounts and invitations, API tokens."""

from datetime import UTC, datetime

import streamlit as st
from labeler_ui import feedback, layout, session, shown_once, token_row
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.components.reveal import reveal
from labeler_ui.feedback import plain
from labeler_ui.shown_once import Secret
from labeler_ui.words import day, mark, t, tn

from labeler.client import ApiError, Project
from labeler.wire.accounts import TokenOut, UserOut
from labeler.wire.projects import MemberOut

# Kinds of accounts and what they may do, for the catalogs: shown by `t(user.kind)`.
KINDS = (mark("person"), mark("pipeline"), mark("heuristic"), mark("model"), mark("simulated"))
ROLES = {
    "labeler": mark("labels, and sees their own work"),
    "reader": mark("reads and exports"),
    "manager": mark("runs the project: settings, guideline, models"),
    "admin": mark("everything, also accounts"),
}
MEMBER_ROLES = [mark("labeler"), mark("reader"), mark("manager")]
SCOPES = {
    "read": mark("read and export"),
    "label": mark("give labels"),
    "write": mark("push items and predictions"),
    "manage": mark("settings, training, dataset versions"),
    "admin": "accounts",
    "*": mark("everything the owner may do"),
}
INVITATION = "invite"  # the form, as what is typed into it is kept


def _role(name: str) -> str:
    return f"{t(name)}: {t(ROLES[name])}"


def render() -> None:
    """Tabs: members of this project, accounts (admins only), tokens."""
    project = layout.project()
    layout.heading(t("People"), t("Who labels, who reads, and the API tokens of programs."))
    parts = [(t("Members of this project"), _members), (t("API tokens"), _tokens)]
    if session.is_admin():
        parts.insert(1, (t("Accounts"), _accounts))
    for tab, (_, draw) in zip(layout.tabs([name for name, _ in parts], "people-tabs"), parts, strict=True):
        with tab:
            draw(project)


def _members(project: Project) -> None:
    members = feedback.must(lambda: list(project.members), t("Reading the members"))
    if not members:
        st.markdown(t(":gray[No members yet. Admins have access to every project.]"))
    for member in members:
        _member(project, member)
    scope = f"member {project.slug}"
    field = key(scope, "member-email")
    keep(scope, {field: ""})
    with st.form(key(scope, "member"), width=520):
        st.markdown(t("**Add a member**"))
        email = st.text_input(t("Email address of an account"), placeholder="name@example.org", key=field)
        role = st.selectbox(t("Role"), MEMBER_ROLES, format_func=_role)
        added = st.form_submit_button(t("Add"), type="primary")
    if added:
        _add(project, email.strip(), role, scope)


def _add(project: Project, email: str, role: str, scope: str) -> None:
    try:
        project.members.add(email, role)
    except ApiError as error:
        if error.type == "not-found" and session.is_admin():
            with st.container(width=520):
                st.warning(t("There is no account {email} yet.", email=plain(email)), icon=":material/person_add:")
                st.button(t("Invite this person …"), on_click=_begin_invitation, args=(email, role, scope))
                reveal(f"unknown-{email}")
        else:
            feedback.show_error(error, t("Adding the member"))
        return
    saved(scope)
    feedback.say_later(t("Added."))
    st.rerun()


def _begin_invitation(email: str, role: str, scope: str) -> None:
    """Take the address from the form of a member to that of an invitation."""
    saved(scope)
    saved(INVITATION)
    st.session_state[key(INVITATION, "invite-email")] = email
    st.session_state[key(INVITATION, "invite-role")] = role
    st.session_state["people-tabs"] = t("Accounts")
    st.session_state["_invitation_begun"] = st.session_state.get("_invitation_begun", 0) + 1


def _member(project: Project, member: MemberOut) -> None:
    """One member: who, what they did, whether they know the guideline, and what can be done."""
    newest = project.info.guideline_version
    facts = [tn("{n} label", "{n} labels", member.labels)]
    if member.last_label_at:
        facts.append(t("last {last_label_at}", last_label_at=layout.when(member.last_label_at)))
    came = member.has_password or member.has_identity or member.labels > 0
    reads = member.kind == "person" and member.role != "reader" and came
    late = newest is not None and (member.guideline_read or 0) < newest and reads
    if newest is not None and not late and member.guideline_read:
        facts.append(t("has read guideline {guideline_read}", guideline_read=member.guideline_read))
    warning = t(" :orange-badge[has not read guideline {newest}]", newest=newest) if late else ""
    if member.kind == "person" and not came:
        warning = t(" :gray-badge[invited, has not come yet]")
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"member-{member.user_id}"):
        st.markdown(
            f"**{plain(member.name)}** :gray-badge[{t(member.role)}]{warning}  \n"
            f":gray[{plain(member.email)} · {' · '.join(facts)}]",
            width="stretch",
        )
        if st.button(t("Role …"), key=f"role-of-{member.user_id}"):
            _change_role(project, member)
        if st.button(t("Remove …"), key=f"remove-{member.user_id}"):
            layout.confirm(
                t(
                    "{member} can't open this project any more. Their labels stay, what they hold goes to others.",
                    member=plain(_person(member)),
                ),
                t("Remove"),
                lambda: project.members.remove(member.user_id),
                t("Removed."),
            )


@layout.dialog(mark("Change the role"))
def _change_role(project: Project, member: MemberOut) -> None:
    at = MEMBER_ROLES.index(member.role) if member.role in MEMBER_ROLES else 0
    role = st.radio(
        plain(_person(member)), MEMBER_ROLES, index=at, captions=[t(ROLES[one]) for one in MEMBER_ROLES], format_func=t
    )
    if st.button(t("Save"), type="primary", disabled=role == member.role):
        with feedback.told(t("Changing the role")):
            project.members.add(member.email, role)
            feedback.say_later(t("{name} is a {role} now.", name=member.name, role=t(role)))
            st.rerun()


def _person(one: UserOut | MemberOut) -> str:
    return f"{one.name} ({one.email})"


def _accounts(project: Project) -> None:
    users = feedback.must(lambda: list(session.client().users), t("Reading the accounts"))
    for user in users:
        _account(user)
    _invite(project)


def _invite(project: Project) -> None:
    name_key, email_key = key(INVITATION, "invite-name"), key(INVITATION, "invite-email")
    keep(INVITATION, {name_key: "", email_key: ""})
    with st.form(key(INVITATION, "invite"), width=520):
        st.markdown(t("**Invite someone**"))
        name = st.text_input(t("Name"), key=name_key)
        email = st.text_input(t("Email address"), key=email_key)
        role = st.selectbox(
            t("Role in the whole service"), list(ROLES), format_func=_role, key=key(INVITATION, "invite-role")
        )
        joins = st.toggle(
            t("Also a member of {name}", name=project.info.name),
            value=True,
            help=t("The link then leads right into the project."),
        )
        asked = st.form_submit_button(t("Create an invitation link"), type="primary")
        if begun := st.session_state.get("_invitation_begun"):
            reveal(f"invitation-{begun}")
    if asked:
        with feedback.told(t("Inviting")):
            made = session.client().users.invite(email.strip(), name.strip(), role)
            saved(INVITATION)
            _show_link(made, made.invitation_url, INVITATION)
            if joins and role != "admin":
                project.members.add(made.email, role)
            st.rerun()
    shown_once.draw(INVITATION)


def _show_link(user: UserOut, url: str, place: str) -> None:
    person = plain(_person(user))
    title = (
        t("Password link for {person}", person=person)
        if _has_come(user)
        else t("Invitation link for {person}", person=person)
    )
    text = t("Send it to the person. It works once and is shown only now; they choose their own password.")
    shown_once.add(f"link-{user.id}", Secret(place, title, text, url))


def _account(user: UserOut) -> None:
    """One account and what can be done about it."""
    users = session.client().users
    state = _state(user) if user.active else t(" :red-badge[deactivated]")
    since = t("since {when}", when=layout.when(user.created_at))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"account-{user.id}"):
        st.markdown(
            f"**{plain(user.name)}** :gray-badge[{t(user.role)}]{state}  \n"
            f":gray[{plain(user.email)} · {t(user.kind)} · {since}]",
            width="stretch",
        )
        if user.kind != "person":
            return
        if st.button(t("Role …"), key=f"account-role-{user.id}"):
            _change_account_role(user)
        if user.active and st.button(
            t("New password link") if _has_come(user) else t("New invitation link"),
            key=f"link-{user.id}",
            help=t("For someone who forgot the password.") if _has_come(user) else t("The one before stops working."),
        ):
            with feedback.told():
                _show_link(user, users.invite_again(user.id), f"account-{user.id}")
                st.rerun()
        if user.active and st.button(t("Deactivate …"), key=f"deactivate-{user.id}"):
            layout.confirm(
                t(
                    "{user} is logged out everywhere, and their tokens stop working. Their work stays, "
                    "and the account can be activated again.",
                    user=plain(_person(user)),
                ),
                t("Deactivate"),
                lambda: users.change(user.id, active=False),
                t("Deactivated."),
            )
        if not user.active and st.button(t("Activate"), key=f"activate-{user.id}"):
            with feedback.told():
                users.change(user.id, active=True)
                feedback.say_later(t("Activated."))
                st.rerun()
    shown_once.draw(f"account-{user.id}")


def _has_come(user: UserOut) -> bool:
    return user.has_password or user.has_identity


def _state(user: UserOut) -> str:
    """Whether an invited person has come, as a badge."""
    if _has_come(user) or user.kind != "person":
        return ""
    if user.invited_until is None:
        return t(" :gray-badge[not invited yet]")
    if user.invited_until < datetime.now(UTC):
        return t(" :orange-badge[invitation link expired]")
    return t(" :gray-badge[invited, link not used yet]")


@layout.dialog(mark("Change the role in the whole service"))
def _change_account_role(user: UserOut) -> None:
    roles = list(ROLES)
    at = roles.index(user.role) if user.role in roles else 0
    role = st.radio(plain(_person(user)), roles, index=at, captions=[t(ROLES[one]) for one in roles], format_func=t)
    if st.button(t("Save"), type="primary", disabled=role == user.role):
        with feedback.told(t("Changing the role")):
            session.client().users.change(user.id, role=role)
            feedback.say_later(t("Role changed."))
            st.rerun()


def _tokens(project: Project) -> None:
    tokens = feedback.must(lambda: list(session.client().tokens), t("Reading the tokens"))
    for token in tokens:
        _token(project, token)
    if not tokens:
        st.markdown(t(":gray[No tokens yet. Each program that pushes items or pulls labels needs its own.]"))
    scope = "token"
    field = key(scope, "token-name")
    keep(scope, {field: ""})
    with st.form(key(scope, "token"), width=520):
        st.markdown(t("**New token**"))
        name = st.text_input(t("Name"), placeholder=t("the program that uses it"), key=field)
        scopes = st.multiselect(
            t("Rights"), list(SCOPES), default=["read"], format_func=lambda s: f"{s}: {t(SCOPES[s])}"
        )
        only = st.toggle(t("Only for this project"), value=True)
        expires = st.date_input(t("Expires on"), value=None, min_value="today")
        asked = st.form_submit_button(t("Create the token"), type="primary")
    if asked:
        until = datetime(expires.year, expires.month, expires.day, tzinfo=UTC) if expires else None
        with feedback.told(t("Creating the token")):
            made = session.client().tokens.create(
                name.strip(), scopes, project=project.info.id if only else None, expires_at=until
            )
            saved(scope)
            title, text = t("The token {name}", name=plain(made.name)), t("Copy it now; it can't be shown again.")
            shown_once.add(f"token-{made.id}", Secret("tokens", title, text, made.token))
            st.rerun()
    shown_once.draw("tokens")


def _token(project: Project, token: TokenOut) -> None:
    where = {None: t("all projects"), project.info.id: t("this project")}.get(token.project_id, t("another project"))
    until = (
        t("expires {expires_at}", expires_at=day(layout.local(token.expires_at)))
        if token.expires_at
        else t("does not expire")
    )
    token_row.draw(token, plain(token.user_name), where, until)
