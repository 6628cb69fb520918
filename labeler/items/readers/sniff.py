"""What a file is, by its content: its name may say anything. The readers are asked, each for its own format."""

import codecs
import re
from dataclasses import replace
from pathlib import Path

from labeler.items.readers.encoding import NoText, encoding_of
from labeler.items.readers.portions import portion
from labeler.items.readers.registry import (
    SAMPLE,
    Detected,
    FileRefused,
    Head,
    Hints,
    Limits,
    Reader,
    Row,
    accepted,
    read_rows,
    reader_of,
    readers,
)
from labeler.items.readers.tools import meaning_of, tools
from labeler.kit import telemetry

LOOKED_AT = 200  # rows in which a tool is recognized
CHARACTERS = 1_000_000  # of them
LITTLE = Limits(max_cell=100_000, max_line=500_000)  # rows that are longer say nothing of the tool
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"Rar!", "a RAR archive"),
    (b"FEA1", "a Feather file of version 1 (write version 2)"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x04\x95", "a Python pickle"),
)
_SQL = re.compile(
    r"(--[^\n]*\s*|/\*.*?\*/;?\s*|(set|pragma|use|begin|start|lock)\b[^;]*;\s*)*(create|drop|insert into|alter)\s+\S",
    re.IGNORECASE | re.DOTALL,
)
_FEW = 3  # control characters, of which a text may hold some by accident
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
        looked = portion(read_rows(path, found, LITTLE), LOOKED_AT, CHARACTERS)
        rows = [row.values for row in looked if isinstance(row, Row)]
    except FileRefused:  # it is told when the file is read
        return found
    meaning = meaning_of(rows, _tell, only)
    if meaning is None:
        if only is not None:
            raise FileRefused(f'the rows are not what "{only}" writes; leave the format out to have it found')
        return found
    return replace(found, meaning=meaning, dialect=meaning.tool, warnings=(*found.warnings, *meaning.notes))


def _tell(tool: str) -> None:
    telemetry.logger().exception("a tool failed to tell its rows", tool=tool)


def _container(path: Path, hints: Hints | None) -> Detected:
    with open(path, "rb") as file:
        raw = file.read(SAMPLE)
    if not raw.strip():
        raise FileRefused("the file is empty")
    head = Head(path, raw, complete=len(raw) < SAMPLE, hints=hints or Hints())
    return _as_said(head) if head.hints.format is not None else _by_content(head)


def sniff_packed(path: Path, hints: Hints, what: str) -> Detected:
    """What a file is that came out of an archive. what: it, for messages. Raises FileRefused, also for another
    archive."""
    try:
        with open(path, "rb") as file:
            start = file.read(4)
        if start.startswith((b"PK", b"\x1f\x8b")):
            raise FileRefused("the file looks like another archive or a workbook; import it by itself")
        return _container(path, hints)
    except FileRefused as refused:
        raise FileRefused(f"{what}: {refused}") from None


def _by_content(head: Head) -> Detected:
    if (found := _ask([one for one in readers() if one.binary], head)) is not None:
        return found
    _refuse_known(head.raw)
    head = _as_text(head)
    if (found := _ask([one for one in readers() if not one.binary and not one.fallback], head)) is not None:
        return found
    _refuse_markup(head.text)
    if (found := _ask([one for one in readers() if one.fallback], head)) is not None:
        return found
    raise _refused("another kind of text")


def _as_said(head: Head) -> Detected:
    """What a file is when somebody said its format. Archives are opened for it."""
    said = str(head.hints.format)
    one = next((one for one in readers() if said in (one.name, *one.also)), None)
    if one is None:
        raise FileRefused(f'format "{said[:64]}" is not accepted; accepted are {accepted()}')
    if one.packs:
        head = replace(head, hints=replace(head.hints, format=None))
    packed = [other for other in readers() if other.packs and other is not one]
    if (found := _ask(packed, head)) is not None:
        return found
    plain: Detected | None = None
    try:
        plain = _by_content(replace(head, hints=replace(head.hints, format=None)))
        why = f"the file looks like {reader_of(plain).title}; leave the format out, or choose that one"
    except FileRefused as refused:
        why = str(refused)
    if not _may_be(one, plain):
        raise FileRefused(f"the file is not {one.title}: {why}")
    try:
        found = one.matches(head if one.binary else _as_text(head))
    except FileRefused as refused:
        raise FileRefused(f"the file is not {one.title}: {refused}") from None
    if found is None:
        raise FileRefused(f"the file is not {one.title}: {why}")
    return found


def _may_be(one: Reader, plain: Detected | None) -> bool:
    """Whether this reader may be asked for a file whose content looks like `plain`."""
    if plain is None:
        return not (one.fallback or one.binary)
    return plain.format == one.name or one.any_text or not (one.fallback or one.binary) or _is_fallback(one, plain)


def _is_fallback(one: Reader, plain: Detected) -> bool:
    return one.fallback and reader_of(plain).fallback


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
        encoding, warnings = encoding_of(head.path, head.raw, head.hints.encoding)
    except NoText:
        raise _refused("a binary file") from None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head.raw)
    if len(_CONTROL.findall(text)) > max(_FEW, 0.02 * len(text)):
        raise _refused("a binary file")
    return replace(head, text=text, encoding=encoding, warnings=warnings)


def _refuse_markup(text: str) -> None:
    start = text.lstrip()[:2000]
    if re.match(r"(?i)<(!doctype\s+html|html|head|body)\b", start):
        raise _refused("an HTML page")
    if re.match(r"(?i)<(table|meta)\b", start):
        raise _refused(
            "an HTML table, as some programs write under the name of a workbook (open it and save it as one)"
        )
    if start.startswith(("<?xml", "<svg")):
        raise _refused("an XML file")
    if _SQL.match(start):
        raise _refused("an SQL dump (load it into a database, and export the table as CSV, or import a SQLite file)")


def _refused(what: str) -> FileRefused:
    return FileRefused(f"the file looks like {what}; accepted are {accepted()}")


def _refuse_known(head: bytes) -> None:
    if head[257:262] == b"ustar":
        raise _refused("a tar archive")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise _refused(what)
