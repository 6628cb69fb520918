"""Numbers in what people read, which is one thing or many."""

from typing import Any


def counted(one: str, many: str, n: int, **values: Any) -> str:
    """The words for n things: `{n}` in them is the number, as English writes it, other names are filled with values.

    Both forms stand in the code, as in the UI's `tn`: each is a message that translators see.
    """
    return (one if n == 1 else many).format(n=f"{n:,}", **values)
