"""A select two levels below a table does not see it unless SQLAlchemy is told (`correlate`): it lists the table again
and asks about all rows instead of the one. Such a statement runs, and means something else. Every statement of every
test is looked at, once."""

import re
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from labeler.kit import compiled

JOINED = re.compile(r"\bFROM (\w+), (\w+)(?= WHERE| ORDER| GROUP|\)|,)")


@cache
def listed_again(sql: str) -> str | None:
    """The table that a nested select lists with another one though a select around it has it, if there is one."""
    flat = " ".join(sql.split())
    for found in JOINED.finditer(flat):
        around = _around(flat, found.start())
        for table in found.groups():
            if re.search(rf"\b(?:FROM|JOIN|UPDATE) {table}\b(?! AS)", around):
                return table
    return None


def _around(sql: str, place: int) -> str:
    """What stands in the selects around the one at this place: all parentheses that were closed before are left out."""
    depth, kept, level = 0, [""], []
    for sign in sql[:place]:
        if sign == "(":
            level.append(len(kept))
            kept.append("")
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            del kept[level.pop() :]
        else:
            kept[-1] += sign
    return " ; ".join(kept[:-1]) if depth else ""


def _check(sql: str) -> None:
    table = listed_again(sql)
    assert table is None, f"a nested select lists {table} again instead of the row around it (.correlate): {sql}"


def watch() -> None:
    """From now on a statement like that fails where it is run."""

    @sa.event.listens_for(Engine, "before_cursor_execute")
    def look(_: object, __: object, statement: str, *___: object) -> None:
        _check(statement)

    begin = compiled._Compiled.__init__

    def looked_at(self: object, *args: object) -> None:
        begin(self, *args)  # type: ignore[arg-type]
        _check(self.sql)  # type: ignore[attr-defined]

    compiled._Compiled.__init__ = looked_at  # type: ignore[method-assign]
