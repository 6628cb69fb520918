"""The encoding of a text file, by its bytes."""

import codecs
from pathlib import Path

from labeler.items.readers.registry import SAMPLE

_CHUNK = 1024 * 1024
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


class NoText(Exception):
    """These bytes are no text in any encoding."""


def encoding_of(path: Path, head: bytes) -> tuple[str, tuple[str, ...]]:
    """The file's encoding, and a warning when it had to be guessed. Raises NoText for a binary file."""
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
        raise NoText
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
        return None  # cut off within the last character: its row will be reported
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
