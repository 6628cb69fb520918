"""Members of a project, with the terms on which each labels."""

import streamlit as st
from labeler_ui import danger, feedback, labels_given, layout, session, terms
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.components.reveal import reveal
from labeler_ui.feedback import plain
from labeler_ui.words import mark, t

from labeler.client import ApiError, Project
from labeler.wire.accounts import UserOut
from labeler.wire.projects import MemberOut

ROLES = {
    "labeler": mark("labels, and sees their own work"),
    "reader": mark("reads and exports"),
    "manager": mark("runs the project: settings, guideline, models"),
    "admin": mark("everything, also accounts"),
}
MEMBER_ROLES = [mark("labeler"), mark("reader"), mark("manager")]
INVITATION = "invite"  # the form, as what is typed into it is kept


def role_in_words(name: str) -> str:
    return f"{t(name)}: {t(ROLES[name])}"


def edit(project: Project) -> None:
    members = feedback.must(lambda: list(project.members), t("Reading the members"))
    scope = f"member {project.slug}"
    field = key(scope, "member-email")
    keep(scope, {field: ""})
    with st.form(key(scope, "member")):
        st.markdown(t("**Add a member**"))
        left, middle, right = st.columns([3, 3, 1], vertical_alignment="bottom")
        email = left.text_input(t("Email address of an account"), placeholder="name@example.org", key=field)
        role = middle.selectbox(t("Role"), MEMBER_ROLES, format_func=role_in_words)
        added = right.form_submit_button(t("Add"), type="primary", width="stretch")
    if added:
        _add(project, email.strip(), role, scope)
    if not members:
        st.markdown(t(":gray[No members yet. Admins have access to every project.]"))
    managers = [one.user_id for one in members if one.role == "manager"]
    for member in members:
        _member(project, member, managers == [member.user_id])


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


def _member(project: Project, member: MemberOut, alone: bool) -> None:
    """One member: who, what they did, what they have read, and what can be done. alone: as the only manager."""
    newest = project.info.guideline_version
    facts = labels_given.in_words(member.by_kind)
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
            f":gray[{address(member)} · {' · '.join(facts)}]",
            width="stretch",
        )
        with st.container(horizontal=True, width="content"):  # they stay together
            _actions(project, member, alone)


def _actions(project: Project, member: MemberOut, alone: bool) -> None:
    labels = member.kind == "person" and member.role != "reader"
    help_ = t("What the work costs, which items it suits, and how many at most.")
    if labels and st.button(t("Cost, skills, limits …"), key=f"terms-of-{member.user_id}", help=help_):
        terms.edit(project, member)
    if st.button(t("Role …"), key=f"role-of-{member.user_id}"):
        _change_role(project, member)
    me = session.user()
    is_me = me is not None and me.id == member.user_id
    if danger.button(t("Remove …"), key=f"remove-{member.user_id}"):
        if alone:
            _only_manager(plain(member.name), is_me)
            return
        layout.confirm(
            t("You can't open this project any more, unless you are an administrator. Your labels stay.")
            if is_me
            else t(
                "{member} can't open this project any more. Their labels stay, what they hold goes to others.",
                member=plain(named(member)),
            ),
            t("Remove"),
            lambda: project.members.remove(member.user_id),
            t("Removed."),
        )


@layout.dialog(mark("The only manager"))
def _only_manager(name: str, is_me: bool) -> None:
    """What has to be done first."""
    who = t("You are the only manager of this project.") if is_me else t("{name} is its only manager.", name=name)
    st.markdown(f"{who} " + t("A project needs one: make somebody else a manager first, with “Role …” at their name."))


@layout.dialog(mark("Change the role"))
def _change_role(project: Project, member: MemberOut) -> None:
    at = MEMBER_ROLES.index(member.role) if member.role in MEMBER_ROLES else 0
    role = st.radio(
        plain(named(member)), MEMBER_ROLES, index=at, captions=[t(ROLES[one]) for one in MEMBER_ROLES], format_func=t
    )
    if st.button(t("Save"), type="primary", disabled=role == member.role):
        with feedback.told(t("Changing the role")):
            project.members.add(member.email, role)
            feedback.say_later(t("{name} is a {role} now.", name=member.name, role=t(role)))
            st.rerun()


def address(one: UserOut | MemberOut) -> str:
    """Where somebody is reached; a language model has an address that leads nowhere."""
    return plain(one.email) if one.kind != "llm" else t("language model")


def named(one: UserOut | MemberOut) -> str:
    return f"{one.name} ({one.email})"
