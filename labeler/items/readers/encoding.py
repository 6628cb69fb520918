"""The encoding of a text file, by its bytes."""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from labeler.items.readers.registry import SAMPLE, FileRefused

_CHUNK = 1024 * 1024
_FEW = 3  # NULs, which a text may hold by accident
_COUNTED = 64 * _CHUNK
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


def encoding_of(path: Path, head: bytes, chosen: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The file's encoding, and a warning when it had to be guessed. chosen: what somebody said that it is.

    A file that is UTF-8 but for a few bytes is UTF-8: the rows that hold them are refused. Raises NoText for a binary
    file, FileRefused for a choice that is no encoding.
    """
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if chosen is not None:
        name = _known(chosen)
        return (marked if marked and marked.startswith(name[:5]) else name), ()
    if marked is not None:
        return marked, ()
    if b"\0" in head:
        return _without_bom(head), ()
    found = _against_utf8(path)
    if found is None:
        return "utf-8", ()
    if found.valid >= found.wrong:
        return "utf-8", ("some characters are not valid UTF-8; the rows that hold them are refused",)
    guess = _guess(found.sample)
    return guess, (f"the file is not UTF-8; read as {guess}: check letters with accents",)


def _known(name: str) -> str:
    """The name as Python has it."""
    try:
        codec = codecs.lookup(name.strip())
        if isinstance(codecs.decode(b"", codec.name), str):
            return codec.name
    except (LookupError, ValueError):
        pass
    raise FileRefused(
        f'there is no encoding "{name[:40]}"; there are utf-8, utf-16, cp1252, cp1251, shift_jis and others'
    )


def _without_bom(head: bytes) -> str:
    """UTF-16 without its mark has a NUL in about every other byte of plain text; other NULs are bad cells."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    if even + odd > max(_FEW, 0.02 * len(head)):
        raise NoText
    return "utf-8"


class _Found(NamedTuple):
    """Of a file that is not UTF-8 throughout: characters beyond ASCII that are UTF-8, bytes that are not, and a part
    of the file around the first of those."""

    valid: int
    wrong: int
    sample: bytes


def _against_utf8(path: Path) -> _Found | None:
    """None when all is UTF-8, or only cut off in its last character. After the first wrong byte, 64 MB are counted."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = wrong = 0
    sample = b""
    left = _COUNTED
    with open(path, "rb") as file:
        while left > 0 and (chunk := file.read(_CHUNK)):
            text = decoder.decode(chunk)
            if text.isascii():
                continue
            bad = 0
            try:
                text.encode()
            except UnicodeEncodeError as error:
                bad = len(text) - len(text.encode("utf-8", "ignore").decode())
                start = len(text[: error.start].encode("utf-8", "surrogateescape"))
                sample = sample or chunk[max(0, start - SAMPLE // 2) : start + SAMPLE // 2]
            wrong += bad
            valid += len(text) - bad - len(text.encode("ascii", "ignore"))
            left -= len(chunk) if sample else 0
    return _Found(valid, wrong, sample) if sample else None


def _are_accents(sample: bytes) -> bool:
    """Whether bytes beyond ASCII stand alone among others, as accents do: letters of other scripts stand together."""
    alone = re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample)
    return len(alone) >= 0.8 * len(re.findall(rb"[\x80-\xff]", sample))


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return "cp1252"
    is_latin = best.encoding.startswith(_LATIN) and best.encoding not in _OTHER_SCRIPTS
    if not is_latin and not _are_accents(sample):
        return str(best.encoding)
    # Many one-byte encodings explain a few accents equally well. The two that are used most come first:
    # Windows-1252 where it makes letters and quotation marks of all bytes, else Windows-1250 where it may be.
    signs = [sign for sign in sample.decode("cp1252", "replace") if sign > "\x7f"]
    odd = sum(not (sign.isalpha() or sign in _MARKS) for sign in signs)
    if odd <= 0.02 * len(signs):
        return "cp1252"
    return "cp1250" if any(match.encoding == "cp1250" for match in matches) else str(best.encoding)
