"""What several tools have in common: cells that may be JSON text, names, places in a text."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from labeler.items.readers.tools.registry import Values

SEVERAL = "several questions were answered, {}: one is taken for the labels, the others are kept as metadata"


def columns_of(rows: Iterable[Values]) -> set[str]:
    return {name for row in rows for name in row}


def decoded(cell: Any) -> Any:
    """A cell of a table that holds JSON text, as what it stands for; any other as it is."""
    if isinstance(cell, str) and cell[:1] in ("[", "{"):
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
    return cell


def is_list_of(cell: Any, *kinds: type) -> bool:
    return isinstance(cell, list) and all(isinstance(one, kinds) for one in cell)


def first_key(rows: Sequence[Values], names: Sequence[str]) -> str | None:
    """The first of these columns that every row has a text or number in."""
    return next((name for name in names if all(isinstance(row.get(name), str | int) for row in rows)), None)


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or one like it that no other column has."""
    known = set(taken)
    return name if name not in known else free_name(f"{name} (answer)", known)


def listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
