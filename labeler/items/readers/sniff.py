"""What a file is, by its content: its name may say anything. The readers are asked, each for its own format."""

import codecs
import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from labeler.items.readers.encoding import NoText, encoding_of
from labeler.items.readers.registry import (
    SAMPLE,
    Detected,
    FileRefused,
    Head,
    Hints,
    Reader,
    Row,
    accepted,
    read_rows,
    readers,
)
from labeler.items.readers.tools import meaning_of, tools
from labeler.kit import telemetry

LOOKED_AT = 200  # rows in which a tool is recognized
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ARROW1", "an Arrow file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x04\x95", "a Python pickle"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(path: Path, hints: Hints | None = None) -> Detected:
    """Format, encoding and delimiter of a file, and which tool wrote it. hints: what somebody said about it; a format
    that is a tool's is that tool's file, any other one is nobody's. Raises FileRefused for what can't be imported."""
    given = hints or Hints()
    only = given.format if given.format in {one.name for one in tools()} else None
    found = _container(Path(path), replace(given, format=None) if only else given)
    return found if given.format is not None and only is None else with_meaning(Path(path), found, only)


def with_meaning(path: Path, found: Detected, only: str | None = None) -> Detected:
    """The same, with what its rows mean where a labeling tool wrote them. only: the name of the one that did; raises
    FileRefused where these are not its rows."""
    try:
        rows = [row.values for row in islice(read_rows(path, found), LOOKED_AT) if isinstance(row, Row)]
    except FileRefused:  # whoever reads the file is told
        return found
    logger = telemetry.logger()
    meaning = meaning_of(rows, lambda name: logger.exception("a tool failed to tell its rows", tool=name), only)
    if meaning is None:
        if only is not None:
            raise FileRefused(f'the rows are not what "{only}" writes; leave the format out to have it found')
        return found
    return replace(found, meaning=meaning, dialect=meaning.tool, warnings=(*found.warnings, *meaning.notes))


def _container(path: Path, hints: Hints | None) -> Detected:
    with open(path, "rb") as file:
        raw = file.read(SAMPLE)
    if not raw.strip():
        raise FileRefused("the file is empty")
    head = Head(path, raw, complete=len(raw) < SAMPLE, hints=hints or Hints())
    if (found := _ask([one for one in readers() if one.binary], head)) is not None:
        return found
    _refuse_known(raw)
    head = _as_text(head)
    if (found := _ask([one for one in readers() if not one.binary and not one.fallback], head)) is not None:
        return found
    _refuse_markup(head.text)
    if (found := _ask([one for one in readers() if one.fallback], head)) is not None:
        return found
    raise _refused("another kind of text")


def _ask(some: list[Reader], head: Head) -> Detected | None:
    """What the first of these readers that knows the file says of it."""
    refusal = None
    for one in some:
        try:
            found = one.matches(head)
            if found is not None and not isinstance(found, Detected):
                raise TypeError(f"expected Detected or None, got {type(found).__name__}")
        except FileRefused as refused:
            refusal = refusal or refused
        except Exception:  # somebody else's reader must not stop the import of other formats
            telemetry.logger().exception("a reader failed to tell its format", reader=one.name)
        else:
            if found is not None:
                return found
    if refusal is not None:
        raise refusal
    return None


def _as_text(head: Head) -> Head:
    try:
        encoding, warnings = encoding_of(head.path, head.raw)
    except NoText:
        raise _refused("a binary file") from None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head.raw)
    if len(_CONTROL.findall(text)) > 0.02 * len(text):
        raise _refused("a binary file")
    return replace(head, text=text, encoding=encoding, warnings=warnings)


def _refuse_markup(text: str) -> None:
    start = text.lstrip()[:2000]
    if re.match(r"(?i)<(!doctype\s+html|html|head|body)\b", start):
        raise _refused("an HTML page")
    if start.startswith(("<?xml", "<svg")):
        raise _refused("an XML file")


def _refused(what: str) -> FileRefused:
    return FileRefused(f"the file looks like {what}; accepted are {accepted()}")


def _refuse_known(head: bytes) -> None:
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        if b"xl/" in head:
            raise _refused("an Excel workbook")
        if b"word/" in head:
            raise _refused("a Word document")
        raise _refused("a zip archive")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise _refused(what)
