"""The site: who is there, which pages they see, and the page asked for."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from labeler_ui import feedback, layout, session, theme
from labeler_ui.components.keeper import forget_saved
from labeler_ui.components.language import choose_language, tell_the_browser
from labeler_ui.components.login import go_to, leave_for, login
from labeler_ui.feedback import plain
from labeler_ui.words import listed, mark, t, tc, tn

from labeler.client import ApiError

ICON = str(Path(__file__).with_name("favicon.svg"))
LOGO = str(Path(__file__).with_name("logo.svg"))
EVERYONE = {"admin", "manager", "labeler", "reader"}
READING = {"admin", "manager", "reader"}
MANAGING = {"admin", "manager"}


@dataclass(frozen=True)
class Entry:
    """One page: a file in pages/ with a function `render`, and where it stands in the side bar."""

    name: str
    title: str
    icon: str
    roles: frozenset[str] | set[str]
    group: str | None
    per_project: bool = True


ENTRIES = (
    Entry("home", mark("Projects"), "folder_open", EVERYONE, "", per_project=False),
    Entry("label", mark("Label"), "bolt", {"admin", "manager", "labeler"}, mark("Work")),
    Entry("progress", mark("Progress"), "monitoring", EVERYONE, mark("Work")),
    Entry("guidelines", mark("Guideline"), "menu_book", EVERYONE, mark("Work")),
    Entry("items", mark("Items"), "list_alt", READING, mark("Data")),
    Entry("imports", mark("Import"), "upload_file", MANAGING, mark("Data")),
    Entry("hard", mark("Hard items"), "flag", READING, mark("Data")),
    Entry("heuristics", mark("Heuristics"), "rule", MANAGING, mark("Data")),
    Entry("datasets", mark("Dataset versions"), "inventory_2", READING, mark("Data")),
    Entry("models", mark("Models"), "model_training", READING, mark("Data")),
    Entry("labelers", mark("Labelers"), "groups", READING, mark("Quality")),
    Entry("agreement", mark("Agreement"), "handshake", READING, mark("Quality")),
    Entry("review", mark("Review"), "gavel", READING, mark("Quality")),
    Entry("label_errors", mark("Label errors"), "troubleshoot", READING, mark("Quality")),
    Entry("campaigns", mark("Campaigns"), "replay", READING, mark("Quality")),
    Entry("readiness", mark("Readiness"), "checklist", READING, mark("Quality")),
    Entry("llms", mark("Language models"), "smart_toy", MANAGING, mark("Manage")),
    Entry("jobs", mark("Jobs"), "manufacturing", MANAGING, mark("Manage")),
    Entry("people", mark("People"), "group", MANAGING, mark("Manage")),
    Entry("settings", mark("Settings"), "tune", MANAGING, mark("Manage")),
    Entry("setup", mark("New project"), "add_circle", MANAGING, None, per_project=False),
    Entry("account", mark("Account"), "account_circle", EVERYONE, None, per_project=False),
)


def draw_page(name: str) -> Callable[[], None]:
    """The page's function; its module is imported when first shown, so that the label page starts fast."""

    def draw() -> None:
        feedback.say_now()
        try:
            importlib.import_module(f"labeler_ui.pages.{name}").render()
        except ApiError as error:
            feedback.show_error(error)

    return draw


def visible(entry: Entry, role: str | None, project: str | None) -> bool:
    """Whether a page makes sense for this role, with or without a project chosen."""
    return (role or "labeler") in entry.roles and (project is not None or not entry.per_project)


def sidebar(pages: dict[str, st.Page], role: str | None, project: str | None) -> None:
    """Project chooser, pages, account."""
    known, user = session.project_names(), session.user()
    query = {"project": project} if project else None
    st.logo(LOGO, size="large")
    with st.sidebar:
        st.page_link(pages["home"], query_params=query)
        if known:
            st.session_state["_chooser"] = project if project in known else None
            st.selectbox(
                t("Project"),
                list(known),
                index=0 if project in known else None,  # which of them says the line above
                format_func=lambda slug: known.get(slug, slug),
                placeholder=t("Choose a project"),
                key="_chooser",
                on_change=lambda: session.choose(st.session_state["_chooser"]),
            )
        for group in ("Work", "Data", "Quality", "Manage"):
            shown = [e for e in ENTRIES if e.group == group and visible(e, role, project)]
            if shown:
                st.caption(t(group))
                with st.container(gap="xxsmall"):
                    for entry in shown:
                        st.page_link(pages[entry.name], query_params=query)
        with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="myself"):
            st.page_link(pages["account"], label=user.name if user else t("Account"), query_params=query)
            if st.button(t("Log out"), icon=":material/logout:", type="tertiary", key="log-out"):
                feedback.attempt(lambda: leave_for(session.client().log_out()))
                session.forget()
                st.rerun()
        tell_the_browser()


def logged_out() -> None:
    """Every address shows the log-in form, and is there again after it; /invitation shows the invitation."""
    go_to()
    if st.session_state.get("_session_ended"):
        st.info(
            t("Your session has ended. Log in again and this page is back; what you typed is kept in this browser."),
            icon=":material/lock:",
        )
    shown: list[st.Page] = [
        st.Page(lambda: login("login"), title=t("Log in"), url_path=entry.name, default=entry.name == "home")
        for entry in ENTRIES
    ]
    shown.append(st.Page(lambda: login("invitation"), title=t("Welcome"), url_path="invitation"))
    st.navigation(shown, position="hidden").run()
    choose_language(centered=True)


def site() -> None:
    """The pages of the user who is logged in."""
    answer = session.me()
    if answer is None:
        logged_out()
        return
    pages = {
        e.name: st.Page(
            draw_page(e.name),
            title=tc("verb", e.title) if e.name == "label" else t(e.title),
            icon=f":material/{e.icon}:",
            url_path=e.name,
            default=e.name == "home",
        )
        for e in ENTRIES
    }
    invitation = st.Page(lambda: login("invitation"), title=t("Welcome"), url_path="invitation")
    page = st.navigation([*pages.values(), invitation], position="hidden")
    st.session_state["_pages"] = pages
    if page.url_path == invitation.url_path:  # its token is behind the #, and gone where the address is changed
        invited_elsewhere(answer.user.name, page)
        return
    project = session.slug()
    role = session.role_in(project) or answer.user.role
    forget_saved()
    sidebar(pages, role, project)
    current = next((e for e in ENTRIES if e.name == (page.url_path or "home")), None)
    if current and not visible(current, role, project):
        if current.per_project and not session.project_names():
            draw_page("home")()
        elif current.per_project and project is None:
            asked = st.query_params.get("project")
            words = t("Choose one on the left, or open it from the list of projects.")
            if asked:
                none = t("There is no project “{asked}”, or you are not a member of it.", asked=plain(asked))
                words = f"{none} {words}"
            with feedback.empty(t("Choose a project"), words, is_page=True):
                layout.open_page("home", t("All projects"), "folder_open", primary=True)
        else:
            not_for(current, role, project)
        return
    page.run()


def invited_elsewhere(name: str, page: st.Page) -> None:
    """A link that somebody opens who is logged in: most often their own, in a browser of somebody else."""
    words = t(
        "You are logged in here as {name}. Setting the password below logs in the person who was invited instead.",
        name=plain(name),
    )
    st.info(words, icon=":material/person:")
    page.run()
    st.page_link(st.session_state["_pages"]["home"], label=t("Go on as {name}", name=plain(name)))


def not_for(entry: Entry, role: str | None, project: str | None) -> None:
    """That a page is for others, for whom, and who can change that."""
    needed = listed([t(name) for name in ("labeler", "reader", "manager", "admin") if name in entry.roles])
    managers = []
    if entry.per_project and project is not None:
        managers = feedback.attempt(lambda: session.client().projects.get(project).members.managers()) or []
    words = t("Your role here is {role}; the page is for: {needed}.", role=t(role or "labeler"), needed=needed)
    if managers:
        who = listed([plain(name) for name in managers])
        words += " " + tn(
            "This manager of the project can give you another role: {who}.",
            "These managers of the project can give you another role: {who}.",
            len(managers),
            who=who,
        )
    else:
        words += " " + t("An administrator can give you another role.")
    title = t("“{page}” is not for your role", page=t(entry.title))
    with feedback.empty(title, words, ":material/lock:", is_page=True):
        layout.open_page("home", t("Projects"), "home", primary=True)


def main() -> None:
    """Draw the site once; Streamlit calls this at every interaction."""
    st.set_page_config(page_title="Labeler", page_icon=ICON, layout="wide")
    st.html(theme.page_css())
    try:
        site()
    except ApiError:
        st.error(
            t("The service is not answering at the moment. Reload the page in a minute."),
            icon=":material/cloud_off:",
        )
