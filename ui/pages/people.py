"""People: members of the project, accounts and invitations, API tokens."""

from datetime import UTC, datetime

import streamlit as st
from labeler_ui import danger, feedback, layout, members, session, shown_once, token_row
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.components.reveal import reveal
from labeler_ui.feedback import plain
from labeler_ui.members import INVITATION, ROLES, address, named, role_in_words
from labeler_ui.shown_once import Secret
from labeler_ui.words import day, mark, t

from labeler.client import Project
from labeler.wire.accounts import TokenOut, UserOut

# Kinds of accounts and what they may do, for the catalogs: shown by `t(user.kind)`.
KINDS = (
    *(mark("person"), mark("pipeline"), mark("heuristic"), mark("model"), mark("llm")),
    *(mark("simulated"), mark("bulk")),
)
SCOPES = {
    "read": mark("read and export"),
    "label": mark("give labels"),
    "write": mark("push items and predictions"),
    "manage": mark("settings, training, dataset versions"),
    "admin": "accounts",
    "*": mark("everything the owner may do"),
}


def render() -> None:
    """Tabs: members of this project, accounts (admins only), tokens."""
    project = layout.project()
    layout.heading(t("People"), t("Who labels, who reads, and the API tokens of programs."))
    parts = [(t("Members of this project"), members.edit), (t("API tokens"), _tokens)]
    if session.is_admin():
        parts.insert(1, (t("Accounts"), _accounts))
    for tab, (_, draw) in zip(layout.tabs([name for name, _ in parts], "people-tabs"), parts, strict=True):
        with tab:
            draw(project)


def _accounts(project: Project) -> None:
    users = feedback.must(lambda: list(session.client().users), t("Reading the accounts"))
    _invite(project)
    for user in users:
        _account(user)


def _invite(project: Project) -> None:
    name_key, email_key = key(INVITATION, "invite-name"), key(INVITATION, "invite-email")
    keep(INVITATION, {name_key: "", email_key: ""})
    shown_once.draw(INVITATION)
    with st.form(key(INVITATION, "invite")):
        st.markdown(t("**Invite someone**"))
        left, middle, right = st.columns([2, 2, 3], vertical_alignment="bottom")
        name = left.text_input(t("Name"), key=name_key)
        email = middle.text_input(t("Email address"), key=email_key)
        role = right.selectbox(
            t("Role in the whole service"), list(ROLES), format_func=role_in_words, key=key(INVITATION, "invite-role")
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


def _show_link(user: UserOut, url: str, place: str) -> None:
    person = plain(named(user))
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
    since = t("since {when}", when=layout.clock(user.created_at))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"account-{user.id}"):
        st.markdown(
            f"**{plain(user.name)}** :gray-badge[{t(user.role)}]{state}  \n"
            f":gray[{address(user)} · {t(user.kind)} · {since}]",
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
        if user.has_identity and danger.button(t("Unlink …"), key=f"unlink-{user.id}"):
            layout.confirm(
                t(
                    "{user} is no longer linked to the account at the provider: they are logged out, and "
                    "their tokens stop working. The next who logs in there with this address, or with a new link, gets "
                    "the account.",
                    user=plain(named(user)),
                ),
                t("Unlink"),
                lambda: users.unlink(user.id),
                t("Unlinked."),
            )
        if user.active and danger.button(t("Deactivate …"), key=f"deactivate-{user.id}"):
            layout.confirm(
                t(
                    "{user} is logged out everywhere, and their tokens stop working. Their work stays, "
                    "and the account can be activated again.",
                    user=plain(named(user)),
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
    role = st.radio(plain(named(user)), roles, index=at, captions=[t(ROLES[one]) for one in roles], format_func=t)
    if st.button(t("Save"), type="primary", disabled=role == user.role):
        with feedback.told(t("Changing the role")):
            session.client().users.change(user.id, role=role)
            feedback.say_later(t("Role changed."))
            st.rerun()


def _tokens(project: Project) -> None:
    tokens = feedback.must(lambda: list(session.client().tokens), t("Reading the tokens"))
    _new_token(project)
    for token in tokens:
        _token(project, token)
    if not tokens:
        st.markdown(t(":gray[No tokens yet. Each program that pushes items or pulls labels needs its own.]"))


def _new_token(project: Project) -> None:
    scope = "token"
    field = key(scope, "token-name")
    keep(scope, {field: ""})
    shown_once.draw("tokens")
    with st.form(key(scope, "token")):
        st.markdown(t("**New token**"))
        left, right = st.columns(2, gap="large")
        name = left.text_input(t("Name"), placeholder=t("the program that uses it"), key=field)
        scopes = right.multiselect(
            t("Rights"), list(SCOPES), default=["read"], format_func=lambda s: f"{s}: {t(SCOPES[s])}"
        )
        expires = left.date_input(t("Expires on"), value=None, min_value="today")
        only = right.toggle(t("Only for this project"), value=True)
        program = right.toggle(
            t("A program labels with it"),
            help=t("Its labels are told apart from yours, as imported ones: others said so, and you vouch for them."),
        )
        asked = st.form_submit_button(t("Create the token"), type="primary")
    if asked:
        until = datetime(expires.year, expires.month, expires.day, tzinfo=UTC) if expires else None
        with feedback.told(t("Creating the token")):
            where = project.info.id if only else None
            made = session.client().tokens.create(
                name.strip(), scopes, project=where, expires_at=until, program=program
            )
            saved(scope)
            title, text = t("The token {name}", name=plain(made.name)), t("Copy it now; it can't be shown again.")
            shown_once.add(f"token-{made.id}", Secret("tokens", title, text, made.token))
            st.rerun()


def _token(project: Project, token: TokenOut) -> None:
    where = {None: t("all projects"), project.info.id: t("this project")}.get(token.project_id, t("another project"))
    until = (
        t("expires {expires_at}", expires_at=day(layout.local(token.expires_at)))
        if token.expires_at
        else t("does not expire")
    )
    token_row.draw(token, plain(token.user_name), where, until)
