"""What an import came to, in the lines of the command line."""

from labeler.commands.balance import told
from labeler.wire.imports import Balance
from labeler.wire.items import ImportResult


def lines(**counts: int) -> list[str]:
    rows = {"unlabeled": counts.get("taken", 0), "repeated_same": counts.get("repeated", 0)}
    given = {"taken": 0, "already_there": 0, "refused": 0, "rows": sum(counts.values()), **counts}
    return list(told(ImportResult(**given, errors=[], balance=Balance(rows=rows))))


def test_a_repeat_in_the_file_is_told_as_one() -> None:
    first, *fates = lines(taken=2, repeated=1)
    assert first == "3 rows: 2 taken, 0 already there, 1 repeated in this file, 0 refused"
    assert [line.split(maxsplit=1) for line in fates] == [
        ["2", "taken, without a label"],
        ["1", "repeated in this file, and the same"],
    ]


def test_one_row_is_one() -> None:
    assert lines(taken=1)[0] == "1 row: 1 taken, 0 already there, 0 refused"
