"""How the UI says that something went wrong, worked, or is not there yet. The one place for all pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

import streamlit as st
from labeler_ui import session
from labeler_ui.field_words import called
from labeler_ui.words import said, t

from labeler.client import ApiError

T = TypeVar("T")
WRONG_PASSWORD = "wrong-credentials"  # said by somebody who is logged in, and stays it


def plain(text: object) -> str:
    """Text from data, safe to put into Markdown: it shows as it is, never as markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:&^=\"'" else c for c in str(text)).replace("\n", " ")


def unlinked(text: object) -> str:
    """As `plain`, for the text of an item: an address in it is no link that somebody may follow."""
    return plain(str(text).replace("www.", "www\u2060.").replace("@", "@\u2060"))


def show_error(error: ApiError, doing: str = "") -> None:
    """Show a refusal of the API in its own words, field by field where it names fields."""
    if (
        error.status == 401 and error.type != WRONG_PASSWORD
    ):  # the form to log in takes the page's place, and leads back to it
        session.forget()
        st.session_state["_session_ended"] = True
        st.rerun()
    lines = _lines(error, doing)
    st.error("\n\n".join([lines[0], "\n".join(lines[1:])]) if len(lines) > 1 else lines[0], icon=":material/error:")


def _lines(error: ApiError, doing: str) -> list[str]:
    """What was refused, and below it each field with what is wrong; fields as the pages call them."""
    told = [(str(one.get("pointer", "")), str(one.get("detail", ""))) for one in error.errors or []]
    detail, first = error.detail or error.title, ""
    if told and (name := told[0][0].lstrip("#/")) and detail.startswith(f"{name}: "):
        first, told, detail = called(told[0][0]), told[1:], told[0][1]
    words = said(detail) or t("The service could not do that.")
    begin = f"{doing}: " if doing else ""
    lines = [f"{begin}{_of_field(first, _as_sentence(words))}" if first else f"{begin}{plain(words)}"]
    for pointer, wrong in told:
        words = plain(said(wrong))
        if words and words in lines[0]:
            continue
        where = called(pointer)
        lines.append(f"- {_of_field(where, words)}" if where else f"- {words}")
    return lines


def _of_field(name: str, words: str) -> str:
    """What is wrong with a field, as one sentence where the words go on from its name: must not be empty."""
    return f"**{plain(name)}** {words}" if words[:1].islower() else f"**{plain(name)}**: {words}"


def _as_sentence(words: str) -> str:
    return plain(words if words.endswith((".", "!", "?")) else f"{words}.")


def unexpected(error: Exception) -> None:
    """An error that no page foresaw: an apology and the way on, never a traceback."""
    if isinstance(error, ApiError):
        show_error(error)
        return
    st.error(
        t(
            "Something went wrong on this page. What you saved before is safe. Reload the page; "
            "if it happens again, tell the person who runs this service when it happened."
        ),
        icon=":material/error:",
    )


@contextmanager
def told(doing: str = "") -> Iterator[None]:
    """Run what asks the API; a refusal is shown and the rest of the block is left out."""
    try:
        yield
    except ApiError as error:
        show_error(error, doing)


def attempt(call: Callable[[], T], doing: str = "") -> T | None:
    """The call's result, or None after showing why the API refused."""
    with told(doing):
        return call()
    return None


def when_ready(call: Callable[[], T], doing: str = "") -> T | None:
    """As `attempt`; what is only not possible yet (409) is said calmly: nothing went wrong."""
    with told(doing):
        try:
            return call()
        except ApiError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
            st.markdown(f":gray[{plain(said(error.detail or error.title))}]")
    return None


def must(call: Callable[[], T], doing: str = "") -> T:
    """The call's result; when the API refuses, the page ends there with the reason shown."""
    try:
        return call()
    except ApiError as error:
        show_error(error, doing)
        st.stop()


def say_later(text: str) -> None:
    """A short confirmation that survives the rerun after it."""
    st.session_state.setdefault("_said", []).append(text)


def say_now() -> None:
    """Show the confirmations that wait."""
    for text in st.session_state.pop("_said", []):
        st.toast(text, icon=":material/check:")


def empty(title: str, text: str, icon: str = ":material/inbox:", *, is_page: bool = False) -> Any:
    """A page with nothing in it: what it is for and what to do next. Returns the box, to add a button. is_page: nothing
    stands above it."""
    box = st.container(border=True, horizontal_alignment="center", gap="small")
    box.markdown(f"{'#' if is_page else '##'} {icon} {title}", text_alignment="center", width="content")
    box.markdown(text, text_alignment="center", width="content")
    return box
