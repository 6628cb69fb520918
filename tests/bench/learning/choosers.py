"""Query strategies alone, ours and the peers': which n items next, given rows and a fitted classifier.

Each peer is called as its documentation says, with its defaults. modAL's `teach` fails on today's scikit-learn,
so its learner gets a classifier that was fitted here. Peers are imported where they are used: one that is
missing or broken fails alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.strategies import Pool, query

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Round:
    """X: (items, features) of the whole pool; labeled, unlabeled: positions in it; codes: the labels so far, as
    int (labels,), out of `classes` in all; model: a classifier fitted on them; neighbors: see Pool."""

    X: Array
    labeled: Array
    unlabeled: Array
    codes: Array
    classes: int
    model: Any
    neighbors: Any
    rng: np.random.Generator

    @property
    def seed(self) -> int:
        return int(self.rng.integers(2**31))


Chooser = Callable[[Round, int], Array]


def _ours(name: str) -> Chooser:
    def choose(now: Round, n: int) -> Array:
        pool = Pool(
            X=now.X[now.unlabeled],
            proba=now.model.predict_proba(now.X[now.unlabeled]),
            estimator=now.model,
            X_labeled=now.X[now.labeled],
            y_labeled=now.codes,
            neighbors=now.neighbors[now.unlabeled][:, now.unlabeled] if name.startswith(OURS) else None,
        )
        return np.asarray(now.unlabeled[query(name, pool, n, now.rng).positions])

    return choose


def _modal(name: str) -> Chooser:
    def choose(now: Round, n: int) -> Array:
        from modAL.batch import uncertainty_batch_sampling
        from modAL.models import ActiveLearner
        from modAL.uncertainty import entropy_sampling, margin_sampling

        ways = {"margin": margin_sampling, "entropy": entropy_sampling, "ranked batch": uncertainty_batch_sampling}
        learner = ActiveLearner(now.model, query_strategy=ways[name])
        learner.X_training = now.X[now.labeled]
        picked, _ = learner.query(now.X[now.unlabeled], n_instances=n)
        return np.asarray(now.unlabeled[np.asarray(picked)])

    return choose


def _small_text(name: str) -> Chooser:
    def choose(now: Round, n: int) -> Array:
        from small_text import BreakingTies, ContrastiveActiveLearning, SklearnClassifier, SklearnDataset

        class Embedding(SklearnClassifier):
            """A scikit-learn classifier whose rows are the embeddings."""

            def embed(self, dataset: Any, return_proba: bool = False, pbar: Any = None) -> Any:
                return (dataset.x, self.predict_proba(dataset)) if return_proba else dataset.x

        ways = {"BreakingTies": BreakingTies, "ContrastiveActiveLearning": ContrastiveActiveLearning}
        rows = SklearnDataset(now.X, np.zeros(len(now.X), dtype=int), target_labels=np.arange(now.classes))
        learner = Embedding(now.model, now.classes)
        np.random.seed(now.seed)  # small-text draws from the global generator
        return np.asarray(ways[name]().query(learner, rows, now.unlabeled, now.labeled, now.codes, n=n))

    return choose


def _activeml(name: str) -> Chooser:
    def choose(now: Round, n: int) -> Array:
        from skactiveml import pool
        from skactiveml.classifier import SklearnClassifier
        from sklearn.base import clone

        y = np.full(len(now.X), np.nan)
        y[now.labeled] = now.codes
        settings = {"UncertaintySampling": {"method": "margin_sampling"}}.get(name, {})
        strategy = getattr(pool, name)(random_state=now.seed, **settings)
        given: dict[str, Any] = {"X": now.X, "y": y, "batch_size": n}
        if name != "TypiClust":
            known = SklearnClassifier(clone(now.model), classes=list(range(now.classes)))
            known.fit(now.X[now.labeled], now.codes)
            model, fit = ("estimator", "fit_estimator") if name == "Clue" else ("clf", "fit_clf")
            given |= {model: known, fit: False}
        return np.asarray(strategy.query(**given))

    return choose


OURS = "graph_margin"

CHOOSERS: dict[str, Chooser] = {
    **{
        name: _ours(name)
        for name in (
            "random",
            "graph_margin",
            "graph_margin_balanced",
            "margin_kmeans",
            "margin",
            "badge",
            "cluster_margin",
            "class_balanced",
            "density_weighted",
            "typiclust",
            "cal",
            "coreset",
        )
    },
    **{f"modAL {name}": _modal(name) for name in ("margin", "entropy", "ranked batch")},
    **{f"small-text {name}": _small_text(name) for name in ("BreakingTies", "ContrastiveActiveLearning")},
    **{
        f"scikit-activeml {name}": _activeml(name)
        for name in ("UncertaintySampling", "Badge", "Falcun", "Clue", "TypiClust")
    },
}
