"""A kind of heuristic that this package adds."""

from labeler.learning.heuristics import Condition, heuristic
from labeler.learning.heuristics.registry import Matcher


@heuristic("acme_shout", takes=("pattern",))
def shout(condition: Condition) -> Matcher:
    """The text shouts a word."""
    word = (condition.pattern or "").upper()
    return lambda item: word in item.text
