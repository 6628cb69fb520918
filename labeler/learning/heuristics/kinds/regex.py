"""Regular expressions, by RE2: in time that grows with the text alone, so that no pattern hangs anything.

It has no look-around and no references back, which is the price. A set of one pattern is asked, not the pattern: that
takes a tenth of the time, since nothing is made of where it was found.
"""

import re2

from labeler.learning.errors import InvalidRule
from labeler.learning.heuristics.registry import Condition, Matcher, heuristic

MEMORY = 8 << 20
"""Bytes that a pattern may take."""


@heuristic("regex", takes=("pattern",))
def regex(condition: Condition) -> Matcher:
    """The text matches a regular expression, anywhere in it.

    Upper and lower case alike, unless the pattern begins with `(?-i)`.
    """
    pattern, options = condition.pattern or "", re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = False, False, MEMORY
    try:
        re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise InvalidRule("pattern", f"is no regular expression that is read here: {_said(error)}") from None
    found = re2.Set.SearchSet(options)
    found.Add(pattern)
    found.Compile()
    return lambda item: bool(found.Match(item.text))


def _said(error: Exception) -> str:
    said = error.args[0] if isinstance(error, re2.error) and error.args else "it holds half a character"
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
