"""Real texts of which a model answers one topic wrongly; the same labels given with and without collecting for it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shared_data
import sqlalchemy as sa
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from labeler.failure_modes.tables import failure_modes as modes
from labeler.items.tables import items
from labeler.learning.failure_modes import Center, unit
from labeler.learning.trained_model import TrainedModel
from labeler.queue.tables import wanted_items
from labeler.registry.artifacts import folder_of

Array = np.ndarray[Any, Any]
FIRST, HOLDOUT, TEST = 200, 0.25, 0.25
"""Labels that are trained on before the look; the shares of all items that are the holdout, all of it labeled, and that
are not in the project."""
TOPICS, LEAST, MOST = 24, 0.03, 0.08
"""Groups of like items that are tried, and the share of the pool that one must be."""
RARE = 0.5
"""Of an unseen topic, the error rate of a model that saw none of it must be so high."""
STEPS = (20, 40, 60, 80, 120, 160)
"""Labels after which a model is trained, the last ones as long as the error of the topic is not halved."""
COMPARED = (20, 40, 80)
ITEMS = 4_000
"""Of a data set, drawn at random."""
LOOK = ("failure_modes.look",)


@dataclass(frozen=True)
class Pool:
    """texts; labels: what people say of each; mode: bool (items,), whether it is of the planted topic; test: bool
    (items,), not in the project, drawn at random; holdout, first: bool (items,), labeled from the start."""

    texts: list[str]
    labels: Array
    mode: Array
    test: Array
    holdout: Array
    first: Array


@dataclass
class Arm:
    """wrong: after each number of labels (0: the start), bool (test items,), whether the model is wrong; given: labels
    of the topic that were given so far."""

    wrong: dict[int, Array] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=dict)

    def error(self, n: int, inside: Array) -> float:
        """inside: bool (test items,)."""
        return float(self.wrong[n][inside].mean())

    def halved(self, inside: Array) -> int | None:
        """Labels until the error is half of what it was, and None where it never is."""
        return next((n for n in self.wrong if self.error(n, inside) <= self.error(0, inside) / 2), None)


def rows_of(name: str, part: str) -> list[dict[str, str]]:
    with open(shared_data.FOLDER / name / f"{part}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def items_of(name: str) -> tuple[list[str], Array]:
    """Texts and labels of a random part of a data set, the same part in each draw."""
    known = [row for part in ("train", "test") for row in rows_of(name, part)]
    known = [known[place] for place in np.random.default_rng(len(name)).permutation(len(known))[:ITEMS].tolist()]
    return [row["text"] for row in known], np.array([row["label"] for row in known], dtype=object)


def drawn(name: str, kind: str, seed: int, encode: Any) -> Pool | None:
    """kind: `unseen`, no item of the topic is among the first labels, and models are wrong there; `rule`, people give
    one label to all of the topic, the one that it has least. encode: gives sentence vectors, among which topics are
    groups of neighbors. None where no topic is answered wrongly enough."""
    rng = np.random.default_rng([seed, len(name), len(kind)])
    texts, truth = items_of(name)
    vectors = np.asarray(encode(texts), dtype=np.float32)
    vectors = normalize(vectors - vectors.mean(axis=0))
    topic = KMeans(TOPICS, n_init=1, random_state=seed).fit_predict(vectors)
    share = np.bincount(topic, minlength=TOPICS) / len(topic)
    test = rng.random(len(texts)) < TEST
    holdout = ~test & (rng.random(len(texts)) < HOLDOUT)
    order = rng.permutation(np.flatnonzero(~test & ~holdout)).tolist()
    for bad in rng.permutation(np.flatnonzero((share >= LEAST) & (share <= MOST))).tolist():
        mode, labels = topic == bad, truth.copy()
        first = np.zeros(len(texts), dtype=bool)
        first[[place for place in order if not mode[place]][:FIRST]] = True
        if kind == "rule":
            names, counts = np.unique(np.concatenate([truth[mode], np.unique(truth)]), return_counts=True)
            labels[mode] = names[np.argmin(counts)]
        model = LogisticRegression(max_iter=500, C=10).fit(vectors[first], labels[first])
        pool = mode & ~test
        if (model.predict(vectors[pool]) != labels[pool]).mean() >= RARE:
            return Pool(texts, labels, mode, test, holdout, first)
    return None


class Run:
    """A project with a pool, its first model, and what the look found."""

    def __init__(self, service: Any, pool: Pool, seed: int) -> None:
        self.service, self.pool = service, pool
        self.admin = service.person("admin").client
        settings = {"seed": seed, "model": "logistic_regression", "retrain_every": 10_000, "retrain_seconds": 86_400}
        labels = sorted(set(pool.labels.tolist()))
        self.project = self.admin.projects.create("Collecting", labels=labels, **settings)
        rows = []
        for place in np.flatnonzero(~pool.test).tolist():
            row = {"key": f"i{place}", "text": pool.texts[place], "split": "train"}
            if pool.holdout[place]:
                row["split"] = "holdout"
            if pool.holdout[place] or pool.first[place]:
                row["label"] = pool.labels[place]
            rows.append(row)
        self.project.items.add(rows, progress=False)
        self.arm = Arm()
        self.trained(0, 0)

    def trained(self, n: int, given: int) -> None:
        self.project.train()
        self.service.run_jobs()
        newest = self.project.models(1)[0]
        folder = folder_of(self.service.settings, self.project.info.id, newest.number)
        model = TrainedModel.load(folder, newest.sha256)
        places = np.flatnonzero(self.pool.test)
        said = model.predict_proba([{"text": self.pool.texts[place]} for place in places.tolist()]).argmax(axis=1)
        self.arm.wrong[n] = np.array(model.classes, dtype=object)[said] != self.pool.labels[places]
        self.arm.given[n] = given

    def found(self) -> int | None:
        """The failure mode among the first three of whose wrong predictions more than half are of the topic."""
        self.project.failure_modes.find()
        (done,) = self.service.run_jobs(kinds=LOOK)
        assert done.state == "done", done
        for one in self.project.failure_modes.all().found[:3]:
            examples = self.project.failure_modes.get(one.id).examples
            if np.mean([self.pool.mode[int(example.key[1:])] for example in examples]) > 0.5:
                return one.id
        return None

    def collect(self, mode_id: int) -> float:
        """Returns the share of the topic among the items that are collected."""
        self.project.failure_modes.keep(mode_id, "Planted")
        self.project.failure_modes.collect(mode_id, max(STEPS))
        asked = sa.select(items.c.key).join(wanted_items, wanted_items.c.item_id == items.c.id)
        asked = asked.where(wanted_items.c.mode_id == mode_id)
        keys = self.service.db.read(lambda tx: list(tx.execute(asked).scalars()))
        return float(np.mean([self.pool.mode[int(key[1:])] for key in keys]))

    def like(self, mode_id: int, encode: Any) -> Array:
        """bool (test items,): which are like the failure mode, by the rule that holds for items that come later."""
        row = self.service.db.read(lambda tx: tx.execute(sa.select(modes).where(modes.c.id == mode_id)).one())
        vectors = encode([self.pool.texts[place] for place in np.flatnonzero(self.pool.test).tolist()])
        center = Center(np.array(row.columns), np.array(row.weights, dtype=np.float32), row.bar)
        centered = np.asarray(vectors, dtype=np.float32) - np.array(row.space["center"], dtype=np.float32)
        return center.cosines(unit(centered)) >= row.bar

    def label(self, insides: Sequence[Array]) -> Arm:
        """True labels in the order of the queue, a model after each step, until the error is halved in each of these
        groups of test items."""
        given = done = 0
        for n in STEPS:
            while done < n:
                batch = self.project.queue.next(min(10, n - done))
                places = [int(item.key[1:]) for item in batch]
                self.project.label_many({f"i{place}": self.pool.labels[place] for place in places})
                given += int(self.pool.mode[places].sum())
                done += len(batch)
            self.trained(n, given)
            if n >= max(COMPARED) and all(self.arm.halved(inside) for inside in insides):
                break
        return self.arm
