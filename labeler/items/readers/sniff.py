"""What a file is, by its content: its name may say anything."""

import codecs
import csv
import io
import re
from pathlib import Path

from labeler.items.readers.registry import Detected, FileRefused, accepted

SAMPLE = 256 * 1024
_CHUNK = 1024 * 1024
_DELIMITERS = ",;\t|"
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
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# One-byte encodings of Latin letters are named like one of these.
_LATIN = ("cp125", "latin", "iso8859", "cp4", "cp5", "cp8", "cp0", "cp1", "hp_roman", "mac_")
_OTHER_SCRIPTS = {
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp855", "cp862", "cp864", "cp866", "cp869", "cp874", "cp1125"),
    *("iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_11", "mac_cyrillic", "mac_greek"),
}
_MARKS = frozenset(
    "\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u20ac\xa3\xa7\xb0\xa0\xab\xbb\xa1\xbf\xb4"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(path: Path) -> Detected:
    """Format, encoding and delimiter of a file. Raises FileRefused for what can't be imported."""
    path = Path(path)
    with open(path, "rb") as file:
        head = file.read(SAMPLE)
    if not head.strip():
        raise FileRefused("the file is empty")
    if head.startswith(b"PAR1"):
        return Detected("parquet")
    _refuse_known(head)
    encoding, warnings = _encoding(path, head)
    text = _decoded(head, encoding)
    if len(_CONTROL.findall(text)) > 0.02 * len(text):
        raise _refused("a binary file")
    start = text.lstrip()[:2000]
    if re.match(r"(?i)<(!doctype\s+html|html|head|body)\b", start):
        raise _refused("an HTML page")
    if start.startswith(("<?xml", "<svg")):
        raise _refused("an XML file")
    if re.match(r"\[\s*[\[{\]]", start):
        raise FileRefused("the file looks like one JSON array; write it as JSON Lines, one object a line")
    if start.startswith("{"):
        if re.match(r"\{[ \t]*\r?\n", start):
            raise FileRefused("the file looks like one JSON object over many lines; write one object a line")
        return Detected("jsonl", encoding, None, warnings)
    return Detected("csv", encoding, _delimiter(text, complete=len(head) < SAMPLE), warnings)


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


def _encoding(path: Path, head: bytes) -> tuple[str, tuple[str, ...]]:
    """The file's encoding, and a warning when it had to be guessed."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, ()
    if b"\0" in head:
        return _without_bom(head), ()
    suspicious = _first_no_utf8(path)
    if suspicious is None:
        return "utf-8", ()
    wrong = suspicious.decode("utf-8", "replace").count("\ufffd")
    valid = sum(character > "\x7f" for character in suspicious.decode("utf-8", "ignore"))
    if valid > 10 * wrong:
        return "utf-8", ("some characters are not valid UTF-8; the rows that hold them are refused",)
    guess = _guess(suspicious)
    return guess, (f"the file is not UTF-8; read as {guess}: check letters with accents",)


def _without_bom(head: bytes) -> str:
    """UTF-16 without its mark has a NUL in about every other byte of plain text; other NULs are bad cells."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    if even + odd > 0.02 * len(head):
        raise _refused("a binary file")
    return "utf-8"


def _first_no_utf8(path: Path) -> bytes | None:
    """The chunk of the file in which the first bytes are that are no UTF-8, None when all is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return chunk[max(0, error.start - SAMPLE // 2) : error.start + SAMPLE // 2]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None  # cut off within the last character: its row will be told
    return None


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return "cp1252"
    if not best.encoding.startswith(_LATIN) or best.encoding in _OTHER_SCRIPTS:
        return str(best.encoding)
    # Many one-byte encodings explain a few accents equally well. The two that are used most come first:
    # Windows-1252 where it makes letters and quotation marks of all bytes, else Windows-1250 where it may be.
    signs = [sign for sign in sample.decode("cp1252", "replace") if sign > "\x7f"]
    odd = sum(not (sign.isalpha() or sign in _MARKS) for sign in signs)
    if odd <= 0.02 * len(signs):
        return "cp1252"
    return "cp1250" if any(match.encoding == "cp1250" for match in matches) else str(best.encoding)


def _decoded(head: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)


def _delimiter(text: str, complete: bool) -> str:
    """The delimiter under which the first rows have the same number of columns, more than one."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = _widths(text, delimiter, complete)
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        score = alike + min(widths[0], 20) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(text: str, delimiter: str, complete: bool) -> list[int]:
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) == 50:
                return widths
    except csv.Error:
        return widths
    return widths if complete or len(widths) < 2 else widths[:-1]
