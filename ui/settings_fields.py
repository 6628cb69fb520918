"""Fields of a form of settings: they begin with what is in force, and what is typed is kept until it is saved."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.words import t
from streamlit.delta_generator import DeltaGenerator

Settings = dict[str, Any]  # those that change, by name
Save = Callable[[str, Settings], None]  # scope: where the browser keeps what was typed until now


class Fields:
    """The fields of one form."""

    def __init__(self, scope: str, slug: str, typed: Mapping[str, Any]) -> None:
        """scope: where the browser keeps what is typed. typed: what fields that one types into begin with, by name."""
        self.scope = scope
        self._begins = dict(typed)
        # With what is in force in the key, a field begins again when somebody else has changed it.
        self._keys = {name: f"{key(scope, f'{name}-{slug}')}-{value}" for name, value in typed.items()}
        keep(scope, {self._keys[name]: str(value) for name, value in typed.items()})

    def whole(self, where: DeltaGenerator, name: str, title: str, low: int, high: int, more: str) -> int:
        """A whole number. more: what the help says."""
        begins = int(self._begins[name])
        return int(where.number_input(title, low, high, begins, key=self._keys[name], help=more))

    def text(self, where: DeltaGenerator, name: str, title: str, none: str, more: str) -> str:
        """A name, without spaces around it. none: shown where nothing is said."""
        field = where.text_input(
            title, self._begins[name], max_chars=100, key=self._keys[name], placeholder=none, help=more
        )
        return str(field).strip()

    def undo(self) -> None:
        """The way back to what is in force, below the form."""
        st.button(
            t("Undo what is not saved"),
            key=f"undo {self.scope}",
            icon=":material/undo:",
            type="tertiary",
            on_click=saved,
            args=(self.scope,),
        )


def share(
    where: DeltaGenerator, title: str, value: float, most: int, more: str, least: int = 0, none: str | None = None
) -> float:
    """A share from 0 to 1, chosen in percent from `least` to `most`. none: the word for nothing, where that is more
    than a small share."""
    now = round(100 * value)
    if none is None:
        return int(where.slider(title, least, most, now, format="%d%%", help=more)) / 100
    chosen = where.select_slider(
        title, range(least, most + 1), now, format_func=lambda one: f"{one}%" if one else none, help=more
    )
    return int(chosen) / 100
