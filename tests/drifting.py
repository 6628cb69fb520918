"""Messages that a model learns from, more of the same, and others that are unlike them."""

from typing import Any

import numpy as np
from sample_texts import texts

LEARNED, LABELED = 240, 120
MESSAGES = [texts(1, number)[0] for number in np.random.default_rng(0).permutation(600).tolist()]
"""In random order: the numbers in them say nothing of when they came."""


def known() -> list[dict[str, Any]]:
    """Messages that models learn from, half of these in the holdout, and as many without a label."""
    labeled = [{**row, "label": row["metadata"]["truth"]} for row in MESSAGES[:LABELED]]
    for number, row in enumerate(labeled):
        row["split"] = "holdout" if number % 2 else "train"
    return labeled + MESSAGES[LABELED:LEARNED]


def usual(n: int, start: int = 0) -> list[dict[str, Any]]:
    """More of the same."""
    return MESSAGES[LEARNED + start : LEARNED + start + n]


def german(n: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"key": f"g{number}", "text": f"das ist für die Kollegen und wird sich auch {number} mal ändern, nicht wahr"}
        for number in range(start, start + n)
    ]
