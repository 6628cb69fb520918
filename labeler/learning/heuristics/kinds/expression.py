"""Expressions in CEL, the Common Expression Language: no loops without end, no names but those that it is given.

It reaches nothing of Python. What it may still ask too much of (a list made longer and longer) ends with the process
that runs it, see `kit/bounded.py`.
"""

import re
from typing import Any

import cel

from labeler.learning.errors import InvalidRule
from labeler.learning.heuristics.registry import Condition, Matcher, heuristic
from labeler.learning.heuristics.seen import Seen

VARIABLES = ("text", "fields", "metadata")
FUNCTIONS = (
    *("size", "contains", "startsWith", "endsWith", "matches", "lower"),
    *("int", "uint", "double", "string", "bool", "bytes", "timestamp", "duration", "type", "dyn"),
    *(f"get{part}" for part in ("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear")),
    *(f"get{part}" for part in ("Hours", "Minutes", "Seconds", "Milliseconds")),
)
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_NAME = re.compile(r"[A-Za-z]\w*")
_SHARED = "cel"


def _lower(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


@heuristic("expression", takes=("expression",))
def expression(condition: Condition) -> Matcher:
    """An expression in CEL over `text`, `fields` and `metadata` is true: `metadata.likes > 10 && text.contains("!")`.

    `lower(text)` is the text in lower case. What is missing, or of another kind, is silence.
    """
    try:
        program = cel.compile(condition.expression or "")
    except ValueError as error:
        raise InvalidRule("expression", f"is not read: {_reason(error)}") from None
    _check_names(condition.expression or "", program)

    def matches(item: Seen) -> bool:
        found = program.execute(_context(item))
        if not isinstance(found, bool):
            raise TypeError("it gives neither true nor false")
        return found

    return matches


def _check_names(written: str, program: Any) -> None:
    """Raises InvalidRule for a name that would be found out item by item, as silence."""
    known = {*VARIABLES, *_BOUND.findall(written)}
    if unknown := sorted(name for name in program.variables() if _NAME.fullmatch(name) and name not in known):
        raise InvalidRule("expression", f'has no "{unknown[0]}" to look at: there are {", ".join(VARIABLES)}')
    if unknown := sorted(name for name in program.functions() if _NAME.fullmatch(name) and name not in FUNCTIONS):
        raise InvalidRule("expression", f'has no "{unknown[0]}" to call: there are {", ".join(FUNCTIONS[:6])}, ...')


def _context(item: Seen) -> Any:
    """Made once for all expressions: it takes ten times as long as most of them."""
    if _SHARED not in item.shared:
        given = {"text": item.text, "fields": item.fields, "metadata": item.metadata}
        item.shared[_SHARED] = cel.Context(variables=given, functions={"lower": _lower})
    return item.shared[_SHARED]


def _reason(error: Exception) -> str:
    """What the parser says, without the expression that it repeats."""
    said = str(error)
    _, _, after = said.partition("ERROR: ")
    line = (after or said).split("\n")[0].removeprefix("<input>:")
    return re.split(r"\sexpecting\s", line)[0][:300]
