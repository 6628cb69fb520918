"""Keywords of labels: a first hint of what an item may be, before anybody has labeled.

A keyword is a word or a phrase, found as it is written, as whole words, upper and lower case alike. There are no
patterns: what somebody types in a form is read in time that grows with the text alone, however many keywords.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

# Scripts that put no spaces between words: each character is a word, so that a keyword is found anywhere.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")
_LABELS = ""  # no word is empty


def words_in(text: str) -> list[str]:
    """The words of a text, small; each other sign is a word, too: `Free prize!` is `free`, `prize`, `!`."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


class Keywords:
    """Finds which labels a text hints at. by_label: each label's keywords; those without a word find nothing."""

    def __init__(self, by_label: Sequence[Sequence[str]]) -> None:
        self._tree: dict[str, Any] = {}
        for label, keywords in enumerate(by_label):
            for keyword in keywords:
                node = self._tree
                for word in words_in(keyword):
                    node = node.setdefault(word, {})
                if node is not self._tree:
                    node.setdefault(_LABELS, set()).add(label)

    def hinted(self, words: Sequence[str]) -> set[int]:
        """Numbers of the labels one of whose keywords is among the words of a text, see `words_in`."""
        found: set[int] = set()
        for start, word in enumerate(words):
            node, place = self._tree.get(word), start
            while node is not None:
                found |= node.get(_LABELS, set())
                place += 1
                node = node.get(words[place]) if place < len(words) else None
        return found


def in_turn(hinted: Sequence[Sequence[int]], covering: Sequence[int], turns: int) -> list[int]:
    """An order for the first labels: items that each label's keywords hint at in turn, then as many that cover the
    pool, and so on for that many turns; what is left of the covering ones follows.

    hinted: items of each label, best first, which may be hinted at by several labels; covering: items, best first.
    Each item comes once.
    """
    waiting = [iter(mine) for mine in hinted]
    between = iter(covering)
    order: dict[int, None] = {}

    def take(source: Any) -> bool:
        item = next((one for one in source if one not in order), None)
        if item is not None:
            order[item] = None
        return item is not None

    for _ in range(turns):
        taken = sum([take(source) for source in waiting])
        for _ in range(taken):
            take(between)
    order.update(dict.fromkeys(between))
    return list(order)
