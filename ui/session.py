"""Who is looking, at which project, and the client that reads for them."""

import os
import time
from collections import Counter
from collections.abc import Collection
from typing import Any

import streamlit as st
from labeler_ui.words import mark, t

from labeler.client import ApiError, Client
from labeler.wire.accounts import Me, UserOut, WaysIn

COOKIE = "labeler_session"
ME_SECONDS = 20.0
WAYS_SECONDS = 60.0


def api_url() -> str:
    """Where this process reaches the API: LABELER_UI_API_URL, set by whoever starts the UI."""
    return os.environ.get("LABELER_UI_API_URL", "http://127.0.0.1:8000")


def at(path: str) -> str:
    """The address, on this site, at which the browser finds a path of the service. LABELER_UI_PREFIX: what it is below,
    set by what starts the UI."""
    return f"{os.environ.get('LABELER_UI_PREFIX', '')}{path}"


def on_a_phone() -> bool:
    """Whether the browser says that it is a phone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def owner(someone: UserOut | None) -> str:
    """Whose the things are that a browser keeps: those of two services on one site don't get into each other's way."""
    return f"{at('')}{someone.id if someone else 0}"


def client() -> Client:
    """The client of this browser session, acting with the browser's own cookie."""
    cookie = st.context.cookies.get(COOKIE)
    kept = st.session_state.get("_client")
    if kept is None or kept[0] != cookie:
        kept = (cookie, Client(api_url(), session=cookie))
        st.session_state["_client"] = kept
    return kept[1]


def me() -> Me | None:
    """Who the browser's session belongs to, or None when nobody is logged in.

    Asked at most every 20 s, since Streamlit runs the page at every click. Raises ApiError when the
    service does not answer.
    """
    if not st.context.cookies.get(COOKIE):
        return None
    kept: tuple[float, Me] | None = st.session_state.get("_me")
    if kept and time.monotonic() - kept[0] < ME_SECONDS:
        return kept[1]
    try:
        answer = client().me()
    except ApiError as error:
        if error.status == 401:
            st.session_state.pop("_me", None)
            return None
        raise
    st.session_state["_me"] = (time.monotonic(), answer)
    return answer


_ways_in: list[tuple[float, WaysIn]] = []


def ways_in() -> WaysIn:
    """How people log in here; asked for everybody who is logged out, so at most once a minute."""
    if not _ways_in or time.monotonic() - _ways_in[0][0] > WAYS_SECONDS:
        with Client(api_url()) as stranger:
            _ways_in[:] = [(time.monotonic(), stranger.ways_in())]
    return _ways_in[0][1]


def forget() -> None:
    """Ask again at the next run: after a change of projects, names or roles."""
    st.session_state.pop("_me", None)


def user() -> UserOut | None:
    """The logged-in user."""
    answer = me()
    return answer.user if answer else None


def _projects() -> list[dict[str, Any]]:
    """Every project one may see: {id, slug, name, role}."""
    answer = me()
    return answer.projects if answer else []


def project_names() -> dict[str, str]:
    """Slug to name of every project one may see; where two have the same name, the slug says which is which."""
    projects = _projects()
    times = Counter(project["name"] for project in projects)
    return {p["slug"]: f"{p['name']} ({p['slug']})" if times[p["name"]] > 1 else p["name"] for p in projects}


def project_called(name: str, but: str | None = None) -> str | None:
    """The slug of a project that one may see and that people would take for one of this name. but: not this one."""

    def read(one: str) -> str:
        return " ".join(one.split()).casefold()

    return next((p["slug"] for p in _projects() if read(p["name"]) == read(name) and p["slug"] != but), None)


def name_is_taken(slug: str) -> str:
    """That a name is another project's."""
    words = mark("There is a project of this name already ({slug}). Choose another, so that they can be told apart.")
    return t(words, slug=slug)


def slug() -> str | None:
    """The project named in the address (`?project=`), else the one last looked at, if one may see it."""
    known = [project["slug"] for project in _projects()]
    asked = st.query_params.get("project")
    chosen = asked if asked in known else None
    if chosen is None and not asked:
        last = st.session_state.get("_project")
        chosen = last if last in known else (known[0] if len(known) == 1 else None)
    if chosen:
        st.session_state["_project"] = chosen
        if asked != chosen:
            st.query_params["project"] = chosen
    return chosen


def choose(new: str | None) -> None:
    """Make a project the current one."""
    st.session_state["_project"] = new
    if new:
        st.query_params["project"] = new


def role_in(project: str | None) -> str | None:
    """The user's role in a project: admin, manager, labeler or reader."""
    if is_admin():
        return "admin"
    return next((one["role"] for one in _projects() if one["slug"] == project), None)


def manages(project: str | None) -> bool:
    """True when the user may change the project."""
    return role_in(project) in {"admin", "manager"}


def is_admin() -> bool:
    """True for an admin of the whole service."""
    found = user()
    return found is not None and found.role == "admin"


def follow_guess(key: str, guess: Any, options: Collection[Any]) -> None:
    """Keep what somebody chose in a box; what nobody touched follows the guess. Call it before the box is drawn."""
    state, guessed = st.session_state, f"{key}-guess"
    untouched = key in state and guessed in state and state[key] == state[guessed]
    if key not in state or state[key] not in options or untouched:
        state[key] = guess
    state[guessed] = guess
