"""The labels that a file brings, each with how often it comes: which are rare, and which are nearly another one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from labeler.tasks.labels import folded, spellings
from labeler.wire.imports import LabelCount

ENOUGH = 30  # labels in all, from which on a rare one can be told
RARE, RARE_SHARE = 3, 0.005  # below so many, or such a share
SHORTEST, LONG = 4, 8  # letters of a word in which one letter may be a slip, and of one in which two may
FEWER = 0.2  # a slip of the pen comes at most so often as what was meant
MOST = 200  # labels that are compared with each other
SURE = 1_000_000  # times that a label of the project counts for: what is nearly it is a slip, however often it comes


def counted_labels(answers: Iterable[Any], known: Sequence[str] = ()) -> list[LabelCount]:
    """The words among these answers, the most frequent first. known: labels of the project, where there is one."""
    words = [one for answer in answers for one in (answer if isinstance(answer, list) else [answer])]
    words = [one for one in words if isinstance(one, str) and one.strip()]
    counts = Counter(folded(word) for word in words)
    ways = {folded(group[0]): group for group in spellings(words)}
    total, there = sum(counts.values()), {folded(name): name for name in known}
    found: list[LabelCount] = []
    for key, rows in sorted(counts.items(), key=lambda one: -one[1]):
        name = there.get(key, ways[key][0])
        others = [(one.name, one.rows) for one in found[:MOST]] + [(other, SURE) for other in known]
        like = None if key in there else next((other for other, n in others if is_slip(name, other, rows, n)), None)
        is_rare = total >= ENOUGH and rows < max(RARE, RARE_SHARE * total)
        found.append(
            LabelCount(name=name, rows=rows, rare=is_rare, like=like, spelled=[one for one in ways[key] if one != name])
        )
    return found


def is_slip(written: str, meant: str, times: int, times_meant: int) -> bool:
    """Whether a label may be another one with a slip of the pen in it: nearly the same letters, and much rarer. Where
    only signs or spaces between the letters differ, how often it comes does not matter."""
    a, b = (folded(one) for one in (written, meant))
    if a != b and _letters(a) == _letters(b) != "":
        return True
    allowed = 0 if min(len(a), len(b)) < SHORTEST else 1 if min(len(a), len(b)) < LONG else 2
    return a != b and times <= max(1, FEWER * times_meant) < times_meant and 0 < slips(a, b, allowed) <= allowed


def _letters(folded_word: str) -> str:
    return "".join(letter for letter in folded_word if letter.isalnum())


def slips(a: str, b: str, most: int) -> int:
    """Letters put in, left out, changed, or swapped with their neighbor, between two words (optimal string alignment);
    more than `most` are not counted out. Digits that differ are no slip: "level 1" is not "level 2"."""
    if abs(len(a) - len(b)) > most or _digits(a) != _digits(b):
        return most + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())
