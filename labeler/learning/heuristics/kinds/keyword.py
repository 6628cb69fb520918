"""Keywords, as labels have them."""

from labeler.learning.errors import InvalidRule
from labeler.learning.heuristics.registry import Condition, Matcher, heuristic
from labeler.learning.heuristics.seen import Seen
from labeler.learning.keywords import Keywords, words_in


@heuristic("keyword", takes=("pattern",))
def keyword(condition: Condition) -> Matcher:
    """The text has a word or phrase in it, or one of several with commas between them.

    As whole words, upper and lower case alike.
    """
    given = [one for one in (condition.pattern or "").split(",") if words_in(one)]
    if not given:
        raise InvalidRule("pattern", "has no word in it")
    keywords, first = Keywords([given]), {words_in(one)[0] for one in given}

    def matches(item: Seen) -> bool:
        return not first.isdisjoint(item.words) and bool(keywords.hinted(item.words))

    return matches
