"""Finding items by words: by the index of trigrams where there is one, and by reading what is not in it yet.

Why trigrams, and how fast: docs/decisions/0029-search-by-trigrams.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import item_search, items, search_progress
from labeler.kit.columns import searchable
from labeler.kit.db import lock
from labeler.kit.folding import fold

SHORTEST = 3  # letters that a trigram has
MANY = 20_000  # items with the words
trigrams = sa.table("item_search_fts", sa.column("rowid", sa.Integer))
MATCHED: sa.ColumnElement[Any] = sa.literal_column("item_search_fts")


@dataclass(frozen=True)
class Part:
    """Some of the items that are searched, none of them in two parts."""

    condition: sa.ColumnElement[bool]
    by_trigrams: bool = False  # SQLite: `trigrams` leads to the items

    def narrow(self, statement: Any) -> Any:
        """The statement, which selects from `items`, for the items of this part alone."""
        if self.by_trigrams:  # with a plus SQLite looks nowhere else first
            lead = sa.literal_column("+item_search_fts.rowid", sa.Integer)
            statement = statement.join_from(items, trigrams, items.c.id == lead)
        return statement.where(self.condition)

    @property
    def place(self) -> Any:
        """What an item's id is read from, to have them in order."""
        return trigrams.c.rowid if self.by_trigrams else items.c.id


def parts_with(tx: Connection, project_id: int, words: str | None, *, in_order: bool = True) -> list[Part]:
    """The items with these words, in parts that are to be read one by one; one part of all where no words are given.
    in_order: they are asked for by `Part.place`, or in any order."""
    wanted = fold(words or "")
    if not wanted:
        return [Part(sa.true())]
    until = read_until(tx, project_id)
    # Ids alone say what is indexed: a part that is indexed between two statements is in none twice.
    late = sa.and_(items.c.id > until, _read(tx, wanted))
    if not until:
        return [Part(late)]
    outdated = sa.select(item_search.c.item_id).where(
        item_search.c.project_id == project_id, item_search.c.text.is_(None)
    )
    again = sa.and_(items.c.id <= until, items.c.id.in_(outdated), _read(tx, wanted))
    return [_indexed(tx, project_id, wanted, until, in_order), Part(again), Part(late)]


def read_until(tx: Connection, project_id: int) -> int:
    """The last item whose text is in the index."""
    found = sa.select(search_progress.c.items_until).where(search_progress.c.project_id == project_id)
    return int(tx.execute(found).scalar_one_or_none() or 0)


def outdate(tx: Connection, project_id: int, item_ids: Sequence[int]) -> None:
    """Say before metadata of these items changes: they are read through until they are indexed again."""
    lock(tx, "search", project_id, shared=True)
    tx.execute(sa.update(item_search).where(item_search.c.item_id.in_(list(item_ids))).values(text=None))


def _indexed(tx: Connection, project_id: int, wanted: str, until: int, in_order: bool) -> Part:
    if len(wanted) >= SHORTEST and has_trigrams(tx):
        phrase = '"' + wanted.replace('"', '""') + '"'
        first = sa.select(sa.func.min(items.c.id)).where(items.c.project_id == project_id).scalar_subquery()
        own = trigrams.c.rowid.between(first, until)  # passes over most of what is in other projects
        matching = sa.and_(MATCHED.op("MATCH")(phrase), own)
        if in_order or not _are_many(tx, matching):
            return Part(matching, by_trigrams=True)
    if tx.dialect.name == "postgresql":
        # What is best depends on the words: a plan for any words would be made for none.
        tx.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    found = sa.select(item_search.c.item_id).where(
        item_search.c.project_id == project_id, item_search.c.text.contains(wanted, autoescape=True)
    )
    if tx.dialect.name == "sqlite":  # without a list of all that match
        text = sa.select(item_search.c.text).where(item_search.c.item_id == items.c.id).scalar_subquery()
        return Part(sa.and_(items.c.id <= until, sa.func.instr(text, wanted) > 0))
    return Part(sa.and_(items.c.id <= until, items.c.id.in_(found)))


def _are_many(tx: Connection, matching: Any) -> bool:
    """Whether it takes longer to sort all that match than to come upon the first of them."""
    some = sa.select(sa.literal(1)).select_from(trigrams).where(matching).offset(MANY).limit(1)
    return tx.execute(some).first() is not None


def has_trigrams(tx: Connection) -> bool:
    """Whether there is the table `trigrams`, which SQLite alone has."""
    there = "SELECT 1 FROM sqlite_master WHERE name = 'item_search_fts'"
    return tx.dialect.name == "sqlite" and tx.exec_driver_sql(there).first() is not None


def _read(tx: Connection, wanted: str) -> sa.ColumnElement[bool]:
    """Whether an item has these words, told by reading it. Not by LIKE: PostgreSQL would take it for rare, and read all
    items where it could stop at the first ones."""
    place = sa.func.instr if tx.dialect.name == "sqlite" else sa.func.strpos
    has: sa.ColumnElement[bool] = place(searchable(items.c.key, items.c.content, items.c.metadata), wanted) > 0
    if not (wanted.isascii() and wanted.isalnum()):
        return has
    # The database's own way is several times as fast, and misses nothing but letters that become others in lower case.
    rough = [
        place(text, letters) > 0
        for column in (items.c.key, items.c.content, items.c.metadata)
        for text, letters in (
            (sa.func.lower(sa.cast(column, sa.Text)), wanted),
            *((sa.cast(column, sa.Text), letter) for become, letter in BECOME.items() if become in wanted),
        )
    ]
    return sa.and_(sa.or_(*rough), has)


BECOME = {"k": "\u212a", "i": "\u0130"}
"""The letters of other scripts that are one of a to z in lower case."""
