"""Kinds of rules by name: one function a file in `kinds/`, or an entry point `labeler.heuristics`.

@heuristic("keyword", takes=("pattern",))
def keyword(condition: Condition) -> Matcher: ...
"""

from collections.abc import Callable
from dataclasses import dataclass

from labeler.learning.errors import InvalidRule, UnknownName
from labeler.learning.heuristics.seen import Seen
from labeler.plugins import Registry

Matcher = Callable[[Seen], bool]
"""Whether a rule speaks of an item. What it raises counts as silence: a value may be missing, or of another kind."""


@dataclass(frozen=True)
class Condition:
    """When a rule speaks. Which of the texts it has is its kind's matter."""

    kind: str
    pattern: str | None = None
    expression: str | None = None
    field: str | None = None
    op: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of rule. takes: the parts of a `Condition` that it needs, all of them. make: raises InvalidRule."""

    name: str
    summary: str
    takes: tuple[str, ...]
    make: Callable[[Condition], Matcher]


PARTS = ("pattern", "expression", "field", "op")
_kinds: Registry[Kind] = Registry("kind of heuristic", "heuristics", "labeler.learning.heuristics.kinds", UnknownName)


def heuristic(
    name: str, *, takes: tuple[str, ...]
) -> Callable[[Callable[[Condition], Matcher]], Callable[[Condition], Matcher]]:
    """Register a kind of rule. The first line of the function's docstring is its summary."""

    def register(make: Callable[[Condition], Matcher]) -> Callable[[Condition], Matcher]:
        _kinds.add(name, Kind(name, (make.__doc__ or "").strip().split("\n")[0], takes, make))
        return make

    return register


def registered() -> dict[str, Kind]:
    """Every kind, by name."""
    return _kinds.all()


def find(name: str) -> Kind:
    """The kind of this name. Raises UnknownName."""
    return _kinds.find(name)


def compiled(condition: Condition) -> Matcher:
    """What says where the rule speaks. Raises UnknownName, and InvalidRule for a part that is missing, not taken, or
    wrong."""
    kind = find(condition.kind)
    for part in PARTS:
        given = getattr(condition, part)
        if part in kind.takes and not given:
            raise InvalidRule(part, f'is missing: a rule of the kind "{kind.name}" needs it')
        if part not in kind.takes and given:
            raise InvalidRule(part, f'is not taken: a rule of the kind "{kind.name}" has {", ".join(kind.takes)}')
    return kind.make(condition)
