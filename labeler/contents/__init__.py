"""Kinds of content: what an item can be, one file a kind, found by being here."""

from labeler.contents.base import Check, Content, ContentKind, ContentRefused, content, kind_of, registry

__all__ = ["Check", "Content", "ContentKind", "ContentRefused", "content", "kind_of", "registry"]
