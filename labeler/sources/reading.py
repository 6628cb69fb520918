"""A document as an item's content: plain text, the text of an HTML page, or a JSON object as the row of a table."""

import re
from html.parser import HTMLParser
from typing import Any

import orjson
from charset_normalizer import from_bytes

from labeler.sources.fetching import Document, NotFetched

NOT_READ = {"script", "style", "noscript", "template", "svg", "head", "nav", "footer", "iframe"}
MARKED = re.compile(r"<!\[[^>]*>?")
"""Marked sections: no browser shows them, and the parser ends at those that it does not know."""
LINES = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "pre"}


def content_of(document: Document) -> dict[str, Any]:
    """`text`, or `fields`, as items come in. Raises `NotFetched` for what is neither."""
    if document.kind == "application/json":
        return _fields(document)
    if document.kind in ("text/html", "application/xhtml+xml"):
        reader = _Text()
        reader.feed(MARKED.sub(" ", _decoded(document)))
        reader.close()
        return {"text": reader.text()}
    if document.kind.startswith("text/"):
        return {"text": _decoded(document)}
    raise NotFetched(f"It is {document.kind[:100]}: expected a text, an HTML page or a JSON object.")


def _fields(document: Document) -> dict[str, Any]:
    try:
        found = orjson.loads(document.body)
    except orjson.JSONDecodeError as broken:
        raise NotFetched(f"It is no JSON that can be read: {broken}.") from None
    if not isinstance(found, dict):
        raise NotFetched("Its JSON is no object: expected one with the fields of a row.")
    return {"text": found["text"]} if found.keys() == {"text"} else {"fields": found}


def _decoded(document: Document) -> str:
    """By what its host says, else by what its bytes look like."""
    for name in (document.charset, "utf-8"):
        try:
            if name is not None:
                return document.body.decode(name).removeprefix("\ufeff")
        except (LookupError, ValueError):  # of names that are no charset of texts, some raise others
            continue
    best = from_bytes(document.body).best()
    if best is None:
        raise NotFetched("It is no text that can be read.")
    return str(best)


class _Text(HTMLParser):
    """What a page says, a line for each of its blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in NOT_READ:
            self._hidden.append(tag)
        elif tag in LINES:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag in LINES:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._parts.append(data)

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        return "\n".join(line for line in lines if line)
