"""Pools in which a model is wrong among items of one topic: answers there are flipped."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sample_texts import texts

from labeler.learning.failure_modes import unit
from labeler.learning.features.text import TextPipeline
from labeler.learning.numeric.types import Array

TOPICS = 12
PARCELS = 40
NOISE = 0.06


@dataclass(frozen=True)
class Planted:
    """rows: features; wrong: positions of wrong predictions; topic: of each item; bad: the one with flipped answers."""

    texts: list[str]
    rows: Any
    wrong: Array
    topic: Array
    bad: int


def planted(seed: int, n: int, flipped: float = 0.8, noise: float = NOISE) -> Planted:
    """n texts of twelve topics, each with words that say the label. The model follows these words; people say the other
    one for a share of one topic, and here and there."""
    rng = np.random.default_rng(seed)
    words = np.array([f"w{seed}x{number}" for number in range(3_000)])
    about = [rng.choice(words, 40, replace=False) for _ in range(TOPICS)]
    marks = [[f"good{number}" for number in range(15)], [f"bad{number}" for number in range(15)]]
    bad = int(rng.integers(TOPICS))
    topic, label = rng.integers(TOPICS, size=n), rng.integers(2, size=n)
    texts = []
    for of, said in zip(topic.tolist(), label.tolist(), strict=True):
        mixed = [*rng.choice(about[of], 6), *rng.choice(words, 4), *rng.choice(marks[said], 2)]
        texts.append(" ".join(rng.permutation(mixed)))
    is_wrong = rng.random(n) < np.where(topic == bad, flipped, noise)
    pipeline = TextPipeline()
    block = pipeline.extract([{"text": text} for text in texts])
    pipeline.fit([block])
    return Planted(texts, unit(pipeline.transform(block)), np.flatnonzero(is_wrong), topic, bad)


def parcel(number: int, **more: Any) -> dict[str, Any]:
    """A message that looks like ham."""
    return {"key": f"p{number}", "text": f"see you tomorrow at lunch with your parcel from the depot {number}", **more}


def messages_with_parcels() -> list[dict[str, Any]]:
    """60 messages that models learn, half of them in the holdout, where 40 parcels are spam, too. Of 40 other parcels,
    none has a label."""
    rows = [{**row, "label": row["metadata"]["truth"]} for row in texts(60)]
    for number, row in enumerate(rows):
        row["split"] = "holdout" if number // 6 % 2 else "train"
    rows += [parcel(number, label="spam", split="holdout") for number in range(PARCELS)]
    return rows + [parcel(number, split="train") for number in range(PARCELS, 2 * PARCELS)]
