"""Sentence encoders beside each other: what the default learner makes of a pool's texts through each.

    python tests/bench/learning/encoders.py --encoders minilm pair "minilm|multilingual-e5-small" --seeds 0 1 2

Models at the numbers of labels of `pace`, up to 200; a run's score is the mean of theirs on test items: accuracy, of
`multi` micro-F1, of `rating` 1 less a fifth of the mean absolute error. Pools are cut to --items, test items to 1,000.
Vectors are made once and kept in bench-results/vectors; results are added to bench-results/encoders.jsonl, and a run
that is there is not made again. --table prints what is there. Needs the encoders' extras, and data beside the checkout.
"""

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pace
from threadpoolctl import threadpool_limits

from labeler.learning import ActiveLearner, encoded_pool
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.encoders import make_encoder
from labeler.learning.features.pair import Pair
from labeler.learning.numeric.types import Array
from labeler.learning.validation import contents_of

ROOT = Path(__file__).resolve().parents[3]
DATA, RESULTS = ROOT.parent / "shared" / "data", ROOT / "bench-results"
PROBLEMS = {"multi": "multilabel", "rating": "ordinal"}
SETS = ("sentiment", "trec6", "agnews", "intents", "sms", "rating", "multi", "dated", "weather")
MOST_LABELS, MOST_TEST = 200, 1_000


class Remembering(Encoder):
    """An encoder that looks up what `learn` saw."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, Array]()
        self.sha256, self.file = encoder.sha256, encoder.file

    def learn(self, name: str, texts: Sequence[str]) -> None:
        file = RESULTS / "vectors" / f"{self._encoder.key}-{name}.npy"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".unfinished.npy")
            began = time.perf_counter()
            np.save(unfinished, self._encoder.encode(texts))
            unfinished.replace(file)
            print(f"{name}: {len(texts) / (time.perf_counter() - began):.0f} texts/s", flush=True)
        self._known.update(zip(texts, np.load(file), strict=True))

    def encode(self, texts: Sequence[str]) -> Array:
        if all(text in self._known for text in texts):
            return np.array([self._known[text] for text in texts], dtype=np.float32)
        return self._encoder.encode(texts)


def remembering(encoder: Encoder) -> tuple[Encoder, list[Remembering]]:
    parts = [Remembering(one) for one in encoder.parts or (encoder,)]
    return (Pair(*parts) if encoder.parts else parts[0]), parts


def rows_of(name: str, part: str) -> tuple[list[str], list[Any]]:
    if name == "weather":
        with open(DATA / "crowd" / "weather" / "items.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        order = np.random.default_rng(0).permutation(len(rows))
        rows = [rows[place] for place in (order[:621] if part == "train" else order[621:])]
    else:
        with open(DATA / name / f"{part}.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    read: Any = {"multi": lambda cell: cell.split("|"), "rating": float}.get(name, str)
    return [row["text"] for row in rows], [read(row["label"]) for row in rows]


def cut(rows: tuple[list[str], list[Any]], most: int) -> tuple[list[str], list[Any]]:
    texts, values = rows
    kept = np.sort(np.random.default_rng(0).permutation(len(texts))[:most])
    return [texts[place] for place in kept], [values[place] for place in kept]


def score(learner: ActiveLearner, values: list[Any], features: Any, vectors: Array) -> float:
    problem, model = learner._problem, learner.model_
    if model is None or model.reference_set is None:  # of one label alone: it is what everything is
        one = str(learner.classes_[0]) if len(learner.classes_) else ""
        return float(np.mean([str(value) == one for value in values]))
    with threadpool_limits(1):
        proba = model.estimator.predict_proba(model.reference_set.views(vectors, features))
    if problem.name == "classification":
        return float(np.mean(np.array(model.classes)[proba.argmax(axis=1)] == np.array(values)))
    report = problem.evaluate(values, proba, model.classes, problem.settings_of(model), 0)
    value = report.metrics["micro_f1" if problem.name == "multilabel" else "mae"].value
    assert value is not None
    return value if problem.name == "multilabel" else 1 - value / 5


def run(name: str, seed: int, items: int) -> dict[str, Any]:
    texts, values = cut(rows_of(name, "train"), items)
    test, truth = cut(rows_of(name, "test"), MOST_TEST)
    learner = ActiveLearner(problem=PROBLEMS.get(name, "classification"), random_state=seed)
    learner.fit(texts, [None] * len(texts))
    features = learner._items.features_of(contents_of(test))
    vectors = [seen.vectors_of(contents_of(test), features) for seen in learner._seen]
    labeled: set[int] = set()
    curve, chosen = list[float](), list[int]()
    for mark in pace.marks(MOST_LABELS):
        labeled |= set(learner.query(mark - len(labeled)).tolist())
        learner.fit(texts, [value if place in labeled else None for place, value in enumerate(values)])
        chosen.append(next(place for place, seen in enumerate(learner._seen) if seen is learner._items))
        curve.append(score(learner, truth, features, vectors[chosen[-1]]))
    return {"score": float(np.mean(curve)), "curve": [round(one, 4) for one in curve], "chosen": chosen}


def table(found: list[dict[str, Any]]) -> None:
    scores: dict[Any, dict[int, float]] = defaultdict(dict)
    for one in found:
        scores[one["set"], one["encoder"]][one["seed"]] = one["score"]
    names = sorted({encoder for _, encoder in scores})
    for name in dict.fromkeys(one["set"] for one in found):
        print(f"\n{name}")
        base = scores[name, "minilm"]
        for encoder in names:
            mine = scores.get((name, encoder), {})
            if not mine:
                continue
            values = np.array(list(mine.values()))
            apart = [100 * (mine[seed] - base[seed]) for seed in sorted(mine) if seed in base]
            error = np.std(apart, ddof=1) / np.sqrt(len(apart)) if len(apart) > 1 else float("nan")
            line = f"  {encoder:24s} {values.mean():.3f} ± {values.std(ddof=1) if len(values) > 1 else 0:.3f}"
            print(f"{line}  {', '.join(f'{one:+.1f}' for one in apart)}  mean {np.mean(apart):+.1f}, {error:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["minilm", "multilingual-e5-small", "pair", "minilm|multilingual-e5-small"]
    about = "names of registered ones, or folders; several with | between them: evidence chooses"
    parser.add_argument("--encoders", nargs="+", default=names, help=about)
    parser.add_argument("--sets", nargs="+", default=SETS[:7], choices=SETS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--items", type=int, default=3_000)
    parser.add_argument("--table", action="store_true")
    chosen = parser.parse_args()
    results = RESULTS / "encoders.jsonl"
    results.parent.mkdir(exist_ok=True)
    found = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    if chosen.table:
        return table(found)
    done = {(one["set"], one["encoder"], one["seed"], one["items"]) for one in found}
    for encoder_name in chosen.encoders:
        names = encoder_name.split("|")
        made = [remembering(Encoder(name) if "/" in name else make_encoder(name)) for name in names]
        several, parts = [one for one, _ in made], [part for _, parts in made for part in parts]
        encoded_pool.encoders_here = lambda several=several: several
        for name in chosen.sets:
            pool, test = cut(rows_of(name, "train"), chosen.items), cut(rows_of(name, "test"), MOST_TEST)
            known = list(dict.fromkeys([*pool[0], *test[0]]))
            for seed in chosen.seeds:
                if (name, encoder_name, seed, chosen.items) in done:
                    continue
                for one in parts:
                    one.learn(f"{name}-{chosen.items}", known)
                began = time.perf_counter()
                about = {"set": name, "encoder": encoder_name, "seed": seed, "items": chosen.items}
                about |= run(name, seed, chosen.items)
                about["seconds"] = round(time.perf_counter() - began, 1)
                with open(results, "a") as file:
                    file.write(json.dumps(about) + "\n")
                print({key: value for key, value in about.items() if key not in ("curve", "chosen")}, flush=True)


if __name__ == "__main__":
    main()
