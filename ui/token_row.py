"""An API token in a row, with the way to revoke it: on the account's page and on that of people."""

import streamlit as st
from labeler_ui import danger, layout, session
from labeler_ui.feedback import plain
from labeler_ui.words import t

from labeler.wire.accounts import TokenOut


def draw(token: TokenOut, *facts: str) -> None:
    """facts: what else is told of it, as Markdown, before when it was last used."""
    used = (
        t("last used {last_used_at}", last_used_at=layout.when(token.last_used_at))
        if token.last_used_at
        else t("never used")
    )
    rights = ", ".join(t("all rights") if scope == "*" else scope for scope in token.scopes)
    about = " · ".join([f"{plain(token.prefix)}…", *facts, used])
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"token-{token.id}"):
        st.markdown(f"**{plain(token.name)}** :gray-badge[{plain(rights)}]  \n:gray[{about}]", width="stretch")
        if danger.button(t("Revoke …"), key=f"revoke-{token.id}"):
            layout.confirm(
                t(
                    "Programs that use the token {name} stop working at once. This can't be taken back.",
                    name=plain(token.name),
                ),
                t("Revoke"),
                lambda: session.client().tokens.revoke(token.id),
                t("{name} is revoked.", name=plain(token.name)),
            )
