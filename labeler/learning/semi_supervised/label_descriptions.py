"""The guideline as a teacher: before the first label, the nearest definition is the best guess.

Label names, their descriptions and the guideline's sections are embedded like items; an item is the more
likely to have a label, the nearer it is to what was written about it.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from labeler.learning.numeric.linalg import product
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import unit

SHARPNESS = 12.0
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_MARKS = re.compile(r"[*_`>]+")
_MOST_LINES = 30


def texts_of(names: Sequence[str], descriptions: Mapping[str, str], guideline: str) -> list[list[str]]:
    """What is written about each label: its name, its description, and each line of its guideline section."""
    sections = _sections(guideline)
    found = []
    for name in names:
        said = [name.replace("_", " ").replace("/", " "), descriptions.get(name, "")]
        said += sections.get(name.strip().lower(), [])[:_MOST_LINES]
        found.append([text for text in said if text.strip()])
    return found


def _sections(guideline: str) -> dict[str, list[str]]:
    """Lines below each heading, until a heading of the same or a higher level."""
    sections: dict[str, list[str]] = {}
    open_: list[tuple[int, list[str]]] = []
    for line in guideline.splitlines():
        heading = _HEADING.match(line)
        if heading:
            level = len(line) - len(line.lstrip("#"))
            open_ = [entry for entry in open_ if entry[0] < level]
            title = _MARKS.sub("", heading.group(1)).strip().strip('"').lower()
            open_.append((level, sections.setdefault(title, [])))
            continue
        text = _MARKS.sub("", line).strip().lstrip("-+0123456789. ").strip()
        if text:
            for _, lines in open_:
                lines.append(text)
    return sections


def prototypes(encode: Callable[[Sequence[str]], Array], said: Sequence[Sequence[str]]) -> Array:
    """One vector a label, float32 (labels, d) of length 1: half its name and description, half the rest.

    encode: makes sentence vectors of texts, of which there is at least one."""
    vectors = encode([text for texts in said for text in texts])
    rows, start = [], 0
    for texts in said:
        mine = vectors[start : start + len(texts)]
        start += len(texts)
        if not len(mine):
            rows.append(np.zeros(vectors.shape[1]))
        else:
            rows.append(mine[0] + (mine[1:].mean(axis=0) if len(mine) > 1 else 0))
    return unit(np.array(rows))


def similarity(vectors: Array, toward: Array, center: Array) -> Array:
    """Nearness to the labels' vectors as logits, float32 (items, labels): 0 for an item as near as any.

    vectors: (items, d); toward: (labels, d); center: (labels,), the pool's mean cosine with each label, taken
    off so that a label with a general name does not win everywhere.
    """
    return np.asarray(SHARPNESS * (product(vectors, toward.T) - center), dtype=np.float32)


def log_prior(vectors: Array, toward: Array, center: Array) -> Array:
    """Log probabilities float32 (items, labels) by nearness to the labels' vectors.

    vectors: (items, d); toward: (labels, d); center: (labels,), the pool's mean cosine with each label, taken
    off so that a label with a general name does not win everywhere.
    """
    logits = SHARPNESS * (product(vectors, toward.T) - center)
    logits -= logits.max(axis=1, keepdims=True)
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), dtype=np.float32)
