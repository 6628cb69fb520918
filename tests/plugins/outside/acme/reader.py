"""Index cards: a first line `#cards`, then `label > text` on each line."""

from collections.abc import Iterator
from pathlib import Path

from labeler.items.readers import BadRow, Detected, Head, Limits, Row, reader


def looks_like_cards(head: Head) -> Detected | None:
    return Detected("acme_cards", head.encoding) if head.text.startswith("#cards\n") else None


@reader("acme_cards", title="index cards", endings=(".cards",), matches=looks_like_cards)
def read_cards(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    with open(path, encoding=detected.encoding) as file:
        next(file)
        for number, line in enumerate(file, 1):
            label, sign, text = line.rstrip("\n").partition(" > ")
            yield Row(number, {"label": label, "text": text}) if sign else BadRow(number, None, 'has no " > "')
