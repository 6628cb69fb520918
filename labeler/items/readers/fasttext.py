"""fastText: on each line the labels, then the text."""

from collections.abc import Iterator
from pathlib import Path

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.lines import Lines, open_text
from labeler.items.readers.registry import BadRow, Detected, Head, Limits, Row, cell_problem, reader, row_of
from labeler.items.readers.text_lines import first_lines, numbered_lines

_MARK = "__label__"
_LOOKED_AT = 50
_CUTS = ",;|\t"


def looks_like_fasttext(head: Head) -> Detected | None:
    """Most of the first lines begin with a label, and these are no cells of a table below its title line."""
    lines = first_lines(head.text, _LOOKED_AT)
    words = [line.lstrip().split(" ", 1)[0] for line in lines if line.lstrip().startswith(_MARK)]
    if not len(words) > len(lines) / 2 or _is_table(lines[0], words):
        return None
    return Detected("fasttext", head.encoding, None, head.warnings)


def _is_table(first: str, words: list[str]) -> bool:
    """Whether a title line and all that looks like labels are cut by the same sign."""
    is_title = not first.lstrip().startswith(_MARK)
    return is_title and any(cut in first and all(cut in word for word in words) for cut in _CUTS)


@reader("fasttext", title="fastText (__label__ before each text)", endings=(".ft",), matches=looks_like_fasttext)
def read_fasttext(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Each line as its "text" and its "label": one label, a list of several, or none."""
    with open_text(path, detected.encoding or "utf-8") as file:
        for number, line in enumerate(numbered_lines(Lines(file, limits.max_line)), start=1):
            if line is None:
                yield BadRow(number, None, f"the line is longer than {limits.max_line:,} characters")
            else:
                yield _row(number, line, limits)


def _row(number: int, line: str, limits: Limits) -> Row | BadRow:
    labels, text = [], line.strip()
    while text.startswith(_MARK):
        word, _, text = text.partition(" ") if "\t" not in text.split(" ", 1)[0] else text.partition("\t")
        labels.append(word.removeprefix(_MARK))
        text = text.lstrip()
    found = {name: cell_problem(cell, limits) for name, cell in (("text", text), ("label", labels))}
    bad = {name: problem for name, problem in found.items() if problem is not None}
    if not all(labels):
        return BadRow(number, "label", '"label" is empty: a name is expected behind "__label__"')
    value = labels[0] if len(labels) == 1 else labels
    return row_of(number, {"label": Given([GivenLabel(value)] if labels else []), "text": text}, bad)
