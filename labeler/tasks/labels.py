"""Labels as task types share them: named answers with description, color and key."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)

from labeler.tasks.base import TaskSchema, UnknownLabel
from labeler.tasks.colors import free_colors

MOST_LABELS = 500
KEYS = "1234567890qwetyiop"
"""Given to labels without a key, in this order; others are the card's own, or far from the upper row."""
MOST_KEYWORDS = 2_000  # of all labels together
_SHOWN = 20
_UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF))
"""Characters that have no width and no meaning."""


def _keyword(text: str) -> str:
    """Raises `ValueError`. Commas are what separates keywords wherever they are written in one line."""
    if "," in text:
        raise ValueError("a keyword holds no comma: give two keywords, or leave the comma out")
    if not text.strip():
        raise ValueError("an empty keyword finds nothing: leave it out, or write a word or phrase")
    return " ".join(text.split())


Keyword = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(_keyword)]


class Label(BaseModel):
    """One label of a schema."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    description: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    hotkey: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]$", to_lower=True)] | None = None
    parent: Annotated[str, Field(max_length=200)] | None = None
    keywords: Annotated[
        list[Keyword],
        Field(
            max_length=50,
            description="Words or phrases that hint at this label, found as they are written, upper and lower case "
            "alike. Before the first model, items that hold one are asked early. They are never labels.",
        ),
    ] = Field(default_factory=list)

    @field_validator("keywords")
    @classmethod
    def _each_once(cls, keywords: list[str]) -> list[str]:
        return list({keyword.casefold(): keyword for keyword in reversed(keywords)}.values())[::-1]

    @model_serializer(mode="wrap")
    def _short(self, handler: Any) -> dict[str, Any]:
        """Without keywords where there are none."""
        found: dict[str, Any] = handler(self)
        if not self.keywords:
            found.pop("keywords", None)
        return found


class LabelsSchema(TaskSchema):
    """A schema of labels. Colors and keys that were left out are filled in."""

    labels: Annotated[list[Label], Field(min_length=1, max_length=MOST_LABELS)]

    @model_validator(mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("labels"), list):
            return {**value, "labels": [{"name": one} if isinstance(one, str) else one for one in value["labels"]]}
        return value

    @model_validator(mode="after")
    def _fits_and_is_whole(self) -> "LabelsSchema":
        _check(self.labels)
        free = [key for key in KEYS if key not in {label.hotkey for label in self.labels}]
        colors = iter(free_colors({label.color for label in self.labels if label.color}, len(self.labels)))
        for label in self.labels:
            label.color = label.color or next(colors)
            label.hotkey = label.hotkey or (free.pop(0) if free else None)
        return self

    @property
    def label_names(self) -> list[str]:
        return [label.name for label in self.labels]

    def descriptions(self) -> dict[str, str]:
        return {label.name: label.description for label in self.labels}


def _check(labels: Sequence[Label]) -> None:
    names = [label.name for label in labels]
    if len(set(names)) < len(names):
        raise ValueError("two labels have the same name")
    hotkeys = [label.hotkey for label in labels if label.hotkey]
    if len(set(hotkeys)) < len(hotkeys):
        raise ValueError("two labels have the same hotkey")
    for label in labels:
        if label.parent is not None and (label.parent not in names or label.parent == label.name):
            raise ValueError(f"parent {label.parent!r} of label {label.name!r} is not another label")
    if (keywords := sum(len(label.keywords) for label in labels)) > MOST_KEYWORDS:
        raise ValueError(f"{keywords:,} keywords in all, expected {MOST_KEYWORDS:,} or fewer: keep the most telling")


def check_label(name: str, names: Sequence[str]) -> str:
    """The label's name. Raises UnknownLabel when it is none of `names`."""
    if name not in names:
        check_labels([name], names)
    return name


def check_labels(given: Sequence[str], names: Sequence[str]) -> None:
    """Raises UnknownLabel when one of these is none of `names`."""
    known = set(names)
    if unknown := tuple(dict.fromkeys(one for one in given if one not in known)):
        shown = ", ".join(f'"{shortened(one)}"' for one in unknown[:_SHOWN])
        raise UnknownLabel(f'"label" is {shown}, expected one of {listed(names)}', unknown)


def folded(name: str) -> str:
    """A label without what people write in different ways: case, forms of one letter, spaces around and inside."""
    seen = name if name.isascii() else name.translate(_UNSEEN)
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).split())


def meant(written: str, names: Sequence[str]) -> str:
    """The label of `names` that is written in another way; as it is written if there is none, or more than one."""
    if written in names:
        return written
    key = folded(written)
    found = [name for name in names if folded(name) == key]
    return found[0] if len(found) == 1 else written.strip()


def shortened(text: str) -> str:
    return text if len(text) <= 100 else text[:100] + "…"


def listed(names: Sequence[str]) -> str:
    """Names for a message, the first of many."""
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def distinct(words: Iterable[Any]) -> list[str]:
    """Every word that is there, once, in order of first occurrence."""
    return list(dict.fromkeys(str(word).strip() for word in words if word is not None and str(word).strip()))


def spellings(words: Iterable[Any]) -> list[list[str]]:
    """The words that are there; spellings of one word together, the most frequent first."""
    counts = Counter(str(word).strip() for word in words if word is not None and str(word).strip())
    found: dict[str, list[str]] = {}
    for word in counts:
        found.setdefault(folded(word), []).append(word)
    return [sorted(group, key=lambda word: -counts[word]) for group in found.values()]
