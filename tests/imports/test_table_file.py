"""What a table's row holds is what the reader of its file gives."""

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labeler.imports.table_file import write_rows
from labeler.items.readers import Row, read_rows, sniff

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
CELLS = st.none() | st.booleans() | TEXT | NUMBERS


def copied(rows: list[dict[str, Any]]) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        write_rows(rows, path, len(rows), 10**9)
        return list(read_rows(path, sniff(path)))


@given(st.lists(st.fixed_dictionaries({"id": CELLS, "text": CELLS, "more": CELLS}), min_size=2, max_size=5))
def test_rows_come_back_as_they_are(rows: list[dict[str, Any]]) -> None:
    found = copied(rows)
    assert [row.values for row in found if isinstance(row, Row)] == rows
    assert [row.number for row in found] == list(range(1, len(rows) + 1))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.decimals(-(10**30), 10**30, places=0))
def test_exact_numbers_stay_exact(number: Decimal) -> None:
    (row, _) = copied([{"n": number, "text": "a"}, {"n": 1, "text": "b"}])
    assert Decimal(str(row.values["n"])) == number
