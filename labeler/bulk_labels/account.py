"""Whose labels they are: nobody's. One account that nobody can log in to stands for all of them."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.labels.tables import BULK

EMAIL = "bulk@labels.invalid"
NAME = "Bulk labels"
ID = sa.select(users.c.id).where(users.c.email == EMAIL).scalar_subquery()


def account(tx: Connection) -> int:
    """Its id; made when it is first needed."""
    row = {"email": EMAIL, "name": NAME, "role": "labeler", "kind": BULK, "active": False, "created_at": clock()}
    tx.execute(upsert(tx, users).values(row).on_conflict_do_nothing())
    return int(tx.execute(sa.select(users.c.id).where(users.c.email == EMAIL)).scalar_one())
