"""Kinds of content: what an item can be, one file a kind, found by being here."""

from labeler.contents.base import (
    Check,
    Content,
    ContentKind,
    ContentRefused,
    cells_of,
    content,
    kind_of,
    registry,
    without_columns,
)

__all__ = [
    "Check",
    "Content",
    "ContentKind",
    "ContentRefused",
    "cells_of",
    "content",
    "kind_of",
    "registry",
    "without_columns",
]
