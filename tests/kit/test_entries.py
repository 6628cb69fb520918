"""What a JSON object says under any name is read alike by both databases and in Python."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.kit.columns import Json
from labeler.kit.db import Database
from labeler.kit.entries import entry, entry_of

HOSTILE = [
    "language",
    "a.b",
    "a[0]",
    '"',
    'a"b',
    "'; DROP TABLE items; --",
    "\\",
    "\\u0041",
    "$",
    "%s",
    ":name",
    "Straße",
    "日本語",
    "🙂",
    " ",
    "",
    "line\nbreak",
    "\t",
    "0",
    "null",
]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from(
    HOSTILE
)


def read(db: Database, found: dict[str, Any], name: str) -> str | None:
    """Of a row that holds it."""
    kept = sa.select(sa.literal(found, Json).label("found")).subquery()
    look = sa.select(entry(kept.c.found, sa.literal(name, sa.Text)))
    return db.read(lambda tx: tx.execute(look).scalar_one())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_means_itself_whatever_is_in_it(db: Database, name: str) -> None:
    others = {other: f"not {other}" for other in HOSTILE if other != name}
    assert read(db, {**others, name: "yes"}, name) == "yes" and read(db, others, name) is None
    assert read(db, {"a": name}, "a") == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("3", "3"),
        (3, "3"),
        (-(2**40), "-1099511627776"),
        (0.5, "0.5"),
        (True, "true"),
        (False, "false"),
        (None, None),
        (["de"], None),
        ({"a": "de"}, None),
    ],
)
def test_numbers_and_booleans_are_read_as_written_and_what_holds_others_is_not(
    db: Database, value: Any, text: str | None
) -> None:
    assert entry_of(value) == text
    assert read(db, {"a": value, "b": "true"}, "a") == text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(texts, texts | st.integers(-(2**53), 2**53) | st.booleans() | st.none(), max_size=5), texts)
def test_both_databases_read_what_python_reads(db: Database, found: dict[str, Any], name: str) -> None:
    assert read(db, found, name) == entry_of(found.get(name))
