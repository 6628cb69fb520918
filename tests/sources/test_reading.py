"""Documents as contents: whatever strangers send, it is read, or refused in words."""

from hypothesis import given
from hypothesis import strategies as st

from labeler.sources.fetching import Document, NotFetched
from labeler.sources.reading import content_of

KINDS = st.sampled_from(["text/html", "text/plain", "application/json", "text/csv", "image/png"])
CHARSETS = st.sampled_from([None, "utf-8", "latin-1", "utf-16", "idna", "undefined", "rot13", "no such"])
MARKUP = st.text("<>![]-/?&;#xaE\"' =\n", max_size=40).map(str.encode)


@given(st.one_of(MARKUP, st.binary(max_size=60)), KINDS, CHARSETS)
def test_whatever_is_sent_is_read_or_refused_in_words(body: bytes, kind: str, charset: str | None) -> None:
    try:
        found = content_of(Document(body, kind, charset))
    except NotFetched as why:
        assert str(why).endswith(".")
        return
    assert found.keys() in ({"text"}, {"fields"})


def test_what_a_browser_does_not_show_is_not_read() -> None:
    page = b"<!DOCTYPE html><p>one<![foo[x]]></p><!-- no --><style>p {}</style><p>t&auml;glich</p><![CDATA[y"
    assert content_of(Document(page, "text/html", "utf-8"))["text"] == "one\nt\u00e4glich"
