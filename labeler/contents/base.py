"""What a kind of content is: everything that differs between texts, table rows, images, in one class a file.

    @content("text")
    class Text(ContentKind): ...

It is found by being in this folder, or through an entry point `labeler.contents` of an installed distribution.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from labeler.plugins import Registry, UnknownPlugin

Content = Mapping[str, Any]
"""What is kept of an item, by the field of its kind: {"text": str} or {"fields": {column: value}}."""

Check = Callable[[str, Any], None]
"""check(field, value) raises what its owner raises for a value that breaks a limit of the installation."""


class ContentRefused(Exception):
    """This can't be an item's content: `field` and `reason` are shown to the sender."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ContentKind(ABC):
    """One kind of content. The methods are pure."""

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    field: ClassVar[str]
    """The field of an item, in requests and in storage, that holds it."""
    columns: ClassVar[Mapping[str, str]]
    """Its columns in a dataset version's files, with their Arrow types."""

    @abstractmethod
    def validate(self, value: Any, check: Check) -> Content:
        """The content that is kept. Raises ContentRefused, and what `check` raises."""

    @abstractmethod
    def preview(self, content: Content) -> str:
        """One line that tells an item from others."""

    @abstractmethod
    def to_columns(self, content: Content) -> dict[str, Any]:
        """The content as values of `columns`."""

    @abstractmethod
    def from_columns(self, row: Mapping[str, Any]) -> Content:
        """The content that `to_columns` took apart."""

    @abstractmethod
    def pipelines(self) -> dict[str, type[Any]]:
        """The feature pipelines for this content, by name (`labeler.learning.features.base`)."""

    @abstractmethod
    def pipeline(self, sample: Sequence[Content], wants: frozenset[str] = frozenset()) -> Any:
        """The unfitted feature pipeline that suits these contents: a few hundred are enough.

        wants: what the learning problem would like to know of items beside what they say ("statistics": how a text is
        written); a kind that has no such thing passes it over.
        """

    def cells(self, content: Content) -> Mapping[str, Any]:
        """What it consists of, by column; empty for content that is one piece."""
        return {}

    def with_cells(self, content: Content, cells: Mapping[str, Any]) -> Content:
        """The same with these cells in place of its own; as it is where it is one piece."""
        return content


registry: Registry[ContentKind] = Registry("kind of content", "contents", "labeler.contents", UnknownPlugin)

T = TypeVar("T", bound=type[ContentKind])


def content(name: str) -> Callable[[T], T]:
    """Register a class, made without arguments, as the kind of content of this name."""

    def register(cls: T) -> T:
        cls.name = name
        cls.title = getattr(cls, "title", name.replace("_", " ").capitalize())
        cls.summary = (cls.__doc__ or "").strip().split("\n")[0]
        registry.add(name, cls())
        return cls

    return register


def kind_of(item: Content) -> ContentKind | None:
    """The kind whose field this content has; None for anything else."""
    return next((kind for kind in registry if item.get(kind.field) is not None), None)


def cells_of(item: Content) -> Mapping[str, Any]:
    """The cells of a content by column; empty for one piece, and for what is of no kind."""
    kind = kind_of(item)
    return {} if kind is None else kind.cells(item)


def without_columns(item: Content, names: Collection[str]) -> Content:
    """A content that lacks the cells of these columns."""
    kind = kind_of(item) if names else None
    if kind is None:
        return item
    cells = kind.cells(item)
    if not any(name in cells for name in names):
        return item
    return kind.with_cells(item, {name: cell for name, cell in cells.items() if name not in names})
