"""Whether collecting for a failure mode brings its error down sooner than the queue alone: as many true labels in the
order of each. Figures: docs/decisions/0041-failure-modes.md

Everything goes through the service in this process: items, the look, collecting, the queue, training. Sentence vectors
are on, as they are after an installation; those of a data set are made once and kept. The model is logistic regression,
without a search for another one.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shared_data
from collecting_runs import COMPARED, Arm, Run, drawn, items_of

from labeler.learning.features import installed
from labeler.learning.features.encoder import Encoder, use
from labeler.learning.numeric.types import Array

sys.path.insert(0, str(Path(__file__).parent / "learning"))

from vectors import RememberingEncoder

pytestmark = [
    pytest.mark.bench,
    pytest.mark.one_database,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the benchmark's data sets may not be shipped"),
    pytest.mark.skipif(not installed.is_installed(), reason="no sentence encoder is installed"),
]
VECTORS = Path(__file__).resolve().parents[2] / "bench-results" / "cache"
CELLS = [("agnews", "rule"), ("trec6", "rule"), ("sms", "rule"), ("sms", "unseen")]
DRAWS = range(2)
END = max(COMPARED)


@dataclass(frozen=True)
class Pair:
    """A draw in which the failure mode was found. topic, like: bool (test items,), of the planted topic, and like the
    failure mode; purity: the share of the topic among what is collected."""

    alone: Arm
    collecting: Arm
    topic: Array
    like: Array
    purity: float


def encoder_of(name: str) -> Encoder:
    """The one that the service uses, too, with the vectors of a data set at hand."""
    encoder = use(RememberingEncoder(VECTORS))
    if isinstance(encoder, RememberingEncoder):
        encoder.learn(items_of(name)[0])
    return encoder


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_collecting_beside_the_queue_alone(
    start_service: Any, settings: Any, report: Any, name: str, kind: str
) -> None:
    encoder = encoder_of(name)
    service = start_service(settings.model_copy(update={"embeddings": "auto"}))
    pools = {seed: pool for seed in DRAWS if (pool := drawn(name, kind, seed, encoder.encode)) is not None}
    pairs: list[Pair] = []
    for seed, pool in pools.items():
        run = Run(service, pool, seed)
        mode_id = run.found()
        if mode_id is None:
            continue
        topic, like = pool.mode[pool.test], run.like(mode_id, encoder.encode)
        purity = run.collect(mode_id)
        alone = Run(service, pool, seed).label([topic, like])
        pairs.append(Pair(alone, run.label([topic, like]), topic, like, purity))
        print(f"\n{name}, {kind}, draw {seed}: {figures(pairs[-1:])}", flush=True)
    report.add(f"collecting, {name}, {kind}", draws=len(pools), found=len(pairs), **figures(pairs))
    assert all(one.purity > one.topic.mean() for one in pairs), "more of the topic than anywhere"


def figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Lists have a figure for each draw in which it was found; `None`: not halved within all labels that were given."""
    said: dict[str, Any] = {"purity": [round(one.purity, 2) for one in pairs]}
    for group in ("topic", "like"):
        inside = [getattr(one, group) for one in pairs]
        for which in ("alone", "collecting"):
            arms: list[Arm] = [getattr(one, which) for one in pairs]
            for n in (0, *COMPARED):
                said[f"{group}_{which}_{n}"] = [
                    round(arm.error(n, of), 3) for arm, of in zip(arms, inside, strict=True)
                ]
            said[f"{group}_{which}_halved"] = [arm.halved(of) for arm, of in zip(arms, inside, strict=True)]
        for n in COMPARED:
            drops = [
                (one.alone.error(0, of) - one.alone.error(n, of), one.alone.error(0, of) - one.collecting.error(n, of))
                for one, of in zip(pairs, inside, strict=True)
            ]
            alone, collecting = (sum(drop[place] for drop in drops) for place in (0, 1))
            said[f"{group}_times_as_far_{n}"] = round(collecting / alone, 2) if alone > 0 else None
    for which in ("alone", "collecting"):
        arms = [getattr(one, which) for one in pairs]
        said[f"rest_{which}"] = [round(arm.error(END, ~one.topic), 3) for arm, one in zip(arms, pairs, strict=True)]
        said[f"labels_of_topic_{which}"] = [arm.given[END] for arm in arms]
    return said
