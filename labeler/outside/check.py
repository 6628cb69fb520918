"""Whether an exported model says here what it said in the service: `python -m labeler.outside.check [FOLDER]`."""

import json
import sys
from pathlib import Path

import numpy as np

from labeler.outside.exported import EXPECTED, Exported

NEAR = 1e-5
"""Probabilities that differ by less, in float32, are those of another processor, not of another model."""


def check(folder: Path) -> tuple[bool, str]:
    """Whether every answer is the same, and that in words."""
    lines = [json.loads(line) for line in (folder / EXPECTED).read_text(encoding="utf-8").splitlines()]
    if not lines:
        return True, "There is nothing to compare: the model was exported without examples."
    model, items = Exported(folder), [line["item"] for line in lines]
    said = [line["said"] for line in lines]
    proba, found = model.probabilities(items), model.predict(items)["predictions"]
    expected = np.array([line["probabilities"] for line in lines], dtype=np.float32)
    difference = float(np.abs(proba - expected).max())
    same = sum(one["value"] == other["value"] for one, other in zip(found, said, strict=True))
    exact = "to the last bit" if np.array_equal(proba, expected) else f"within {difference:.1e}"
    words = f"{same} of {len(lines)} answers are the same, their probabilities {exact}."
    return same == len(lines) and difference <= NEAR, words


if __name__ == "__main__":
    is_same, words = check(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2])
    print(words)
    sys.exit(not is_same)
