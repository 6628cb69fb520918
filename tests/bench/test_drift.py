"""How often planted drift is found, how often nothing moved and it alarms, and from which year on it tells that
descriptions of software vulnerabilities changed. Figures: docs/decisions/0045-drift.md, and with sentence vectors
docs/decisions/0053-drift-of-meaning.md"""

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta
from shared_data import FOLDER
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from labeler.learning.drift.check import BAR, LEVEL, Moved, check, holm
from labeler.learning.features.encoder import Encoder, default_encoder
from labeler.learning.features.installed import is_installed
from labeler.learning.keywords import words_in
from labeler.learning.stop_words import ENGLISH

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]
NEEDS_ENCODER = pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
STOPPED = set(ENGLISH.split())
REFERENCE, NEW = 1_000, 500
CARDS = ("card_arrival", "card_delivery_estimate", "lost_or_stolen_card", "card_linking", "order_physical_card",
         "getting_spare_card")  # fmt: skip
SETS = {"agnews": ("World",), "sms": ("spam",), "intents": CARDS, "sentiment": ("negative",), "trec6": ("HUM",)}
GERMAN = Path(__file__).resolve().parents[2] / "ui" / "locales" / "de" / "ui.po"


def rows_of(name: str, *parts: str) -> list[dict[str, str]]:
    if not (FOLDER / name).is_dir():
        pytest.skip("the public data are not there")
    found = []
    for part in parts or ("train", "test"):
        with open(FOLDER / name / f"{part}.csv", newline="", encoding="utf-8") as file:
            found += list(csv.DictReader(file))
    return found


class Pool:
    """Texts, and a model that learned from 300 of them; the others are drawn from."""

    def __init__(self, name: str, without: Sequence[str] = (), encoder: Encoder | None = None) -> None:
        rng = np.random.default_rng(0)
        rows = [row for row in rows_of(name) if row["label"] not in without]
        self.others = [row["text"] for row in rows_of(name) if row["label"] in without]
        order = rng.permutation(len(rows))
        learned = [rows[place] for place in order[:300]]
        self.model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10))
        labels = [row["label"] for row in learned]
        self.is_fitted = len(set(labels)) > 1
        if self.is_fitted:
            self.model.fit([row["text"] for row in learned], labels)
        self.texts = [rows[place]["text"] for place in order[300:]]
        self.vectors: dict[str, Any] = {}
        if encoder is not None:
            texts = [*self.texts, *self.others]
            self.vectors = dict(zip(texts, encoder.encode(texts), strict=True))

    def alike_by_meaning(self, n: int, seed: int) -> list[str]:
        """Others that have few words in common: none of what they are about in more than so many of them, all of them
        words of the pool."""
        known = {word for text in self.texts for word in words_in(text)}
        order = np.random.default_rng([seed, 1]).permutation(len(self.others)).tolist()
        for most in range(1, 50):
            used: Counter[str] = Counter()
            found: list[str] = []
            for place in order:
                words = {word for word in words_in(self.others[place]) if word.isalpha()} - STOPPED
                if words and words <= known and all(used[word] < most for word in words):
                    used.update(words)
                    found.append(self.others[place])
                if len(found) == n:
                    return found
        return []

    def compared(self, then: Sequence[str], now: Sequence[str], seed: int) -> list[Moved]:
        said = (self.model.predict(then).tolist(), self.model.predict(now).tolist()) if self.is_fitted else None
        vectors = None
        if self.vectors:
            vectors = np.array([self.vectors[one] for one in then]), np.array([self.vectors[one] for one in now])
        return check([{"text": text} for text in then], [{"text": text} for text in now], said, vectors, seed=seed)


def without_meaning(found: Sequence[Moved]) -> bool:
    """Whether all other signals alone would alarm."""
    others = [one.signal for one in found if one.signal.name != "meaning"]
    corrected = zip(others, holm([one.p for one in others]), strict=True)
    return any(p <= LEVEL and (one.effect.value or 0.0) >= BAR for one, p in corrected)


def german() -> list[str]:
    lines = GERMAN.read_text(encoding="utf-8").split("\n")
    texts = [line[8:-1] for line in lines if line.startswith('msgstr "')]
    return [text for text in texts if len(text.split()) >= 5 and "{" not in text]


def planted(pool: Pool, what: str, share: float, seed: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng([seed, round(100 * share)])
    drawn = rng.choice(np.array(pool.texts, dtype=object), REFERENCE + NEW, replace=False).tolist()
    then, now = drawn[:REFERENCE], drawn[REFERENCE:]
    other = {"class": pool.others, "language": german()}.get(what)
    for place in rng.choice(NEW, round(share * NEW), replace=False).tolist():
        now[place] = f"{now[place]} {rng.choice(pool.texts)}" if other is None else str(rng.choice(other))
    return then, now


def others_planted(pool: Pool, what: str, share: float, seed: int) -> tuple[list[str], list[str]] | None:
    """Each other one at most once; None where there are too few of them."""
    rng, n = np.random.default_rng([seed, round(100 * share)]), round(share * NEW)
    drawn = rng.choice(np.array(pool.texts, dtype=object), REFERENCE + NEW, replace=False).tolist()
    then, now = drawn[:REFERENCE], drawn[REFERENCE:]
    if what == "class":
        others = rng.choice(np.array(pool.others, dtype=object), n, replace=False).tolist()
    elif len(others := pool.alike_by_meaning(n, seed)) < n:
        return None
    for place, text in zip(rng.choice(NEW, n, replace=False).tolist(), others, strict=True):
        now[place] = text
    return then, now


@pytest.mark.parametrize("name", ["agnews", "sms"])
@pytest.mark.parametrize("what", ["class", "language", "length"])
def test_a_planted_shift_is_found_within_500_new_items(name: str, what: str) -> None:
    pool, runs = Pool(name, SETS[name] if what == "class" else ()), 10
    for share in (0.05, 0.1, 0.2):
        alarms, significant, by = 0, 0, defaultdict(int)
        for seed in range(runs):
            found = pool.compared(*planted(pool, what, share, seed), seed)
            alarms += any(one.moved for one in found)
            significant += any(one.p <= 0.05 for one in found)
            for one in found:
                by[one.signal.name] += one.moved
        told = ", ".join(f"{signal} {n}" for signal, n in by.items() if n)
        print(
            f"\n{name}, {what} {share:.0%}: alarm {alarms}/{runs}, significant {significant}/{runs} ({told})",
            flush=True,
        )
    assert alarms >= 0.9 * runs, "at 20 %"


@NEEDS_ENCODER
@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("what", ["class", "few_words"])
def test_what_sentence_vectors_find_beside_words(name: str, what: str) -> None:
    pool, runs = Pool(name, SETS[name], default_encoder()), 10
    alone = both = 0
    for share in (0.05, 0.1, 0.2):
        before = now_too = 0
        for seed in range(runs):
            if (samples := others_planted(pool, what, share, seed)) is None:
                continue
            found = pool.compared(*samples, seed)
            before += without_meaning(found)
            now_too += any(one.moved for one in found)
        alone, both = alone + before, both + now_too
        print(f"\n{name}, {what} {share:.0%}: alarm {before}/{runs} without, {now_too}/{runs} with", flush=True)
    assert both >= alone - 3


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("reads", [False, pytest.param(True, marks=NEEDS_ENCODER)])
def test_weekly_checks_at_rest_alarm_at_most_once_in_twenty(name: str, reads: bool) -> None:
    """Twenty weeks of 100 new items against one reference, in five projects; reads: with sentence vectors."""
    pool = Pool(name, encoder=default_encoder() if reads else None)
    alarms, significant, checks, low = 0, 0, 0, defaultdict(list)
    for seed in range(5):
        rng = np.random.default_rng([7, seed])
        drawn = rng.choice(np.array(pool.texts, dtype=object), REFERENCE + 2_000, replace=False).tolist()
        for week in range(20):
            start = REFERENCE + 100 * week
            found = pool.compared(drawn[:REFERENCE], drawn[start : start + 100], 100 * seed + week)
            checks += 1
            alarms += any(one.moved for one in found)
            significant += any(one.p <= 0.05 for one in found)
            for one in found:
                low[one.signal.name].append(one.signal.p <= 0.05)
    most = beta.ppf(0.975, alarms + 1, checks - alarms)
    each = ", ".join(f"{signal} {np.mean(hits):.3f}" for signal, hits in low.items())
    print(f"\n{name} at rest: {alarms} of {checks} checks alarm (at most {most:.3f}), {significant} significant; "
          f"p <= 0.05 of each alone: {each}")  # fmt: skip
    assert alarms <= 0.05 * checks + 2 * np.sqrt(0.05 * 0.95 * checks)


def test_vulnerabilities_drift_over_the_years() -> None:
    rows = rows_of("dated")
    by_year: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        by_year[int(row["date"][:4])].append(row["text"])
    early = [text for year in range(2002, 2005) for text in by_year.pop(year)]
    order = np.random.default_rng(0).permutation(len(early))
    half = [early[place] for place in order]
    compared: list[tuple[Any, list[str]]] = [("the same years", half[len(half) // 2 :]), *sorted(by_year.items())]
    for year, texts in compared:
        found = check([{"text": text} for text in half[: len(half) // 2]], [{"text": text} for text in texts[:500]])
        told = ", ".join(
            f"{one.signal.name} {one.signal.effect.value:.2f} ({one.signal.effect.low:.2f} to "
            f"{one.signal.effect.high:.2f}){' MOVED' if one.moved else ''}"
            for one in found
        )
        print(f"\n{year}, {len(texts)} items: {told}")
        assert any(one.moved for one in found) == (year != "the same years" and year >= 2010) or year == 2005


def test_the_most_that_is_compared_takes_seconds() -> None:
    pool = Pool("agnews")
    started = time.process_time()
    pool.compared(pool.texts[:2_000], pool.texts[2_000:4_000], 0)
    took = time.process_time() - started
    print(f"\n2,000 items beside 2,000: {took:.1f} s")
    assert took < 120


@pytest.mark.one_database
def test_at_rest_the_model_of_the_service_is_no_reason_to_alarm(service: Any, admin: Any) -> None:
    """Twenty weeks of 100 new items beside a model of the default kind: it says of items that it was fitted beside and
    of later ones alike."""
    rows = rows_of("agnews", "train")
    order = np.random.default_rng(1).permutation(len(rows))
    items = [{"key": str(place), "text": rows[place]["text"], "split": "train"} for place in order.tolist()]
    labels = [rows[place]["label"] for place in order.tolist()]
    project = admin.client.projects.create("Rest", labels=["World", "Sports", "Business", "Sci/Tech"])
    known = [
        {**item, "label": label, "split": "holdout" if n % 3 == 0 else "train"}
        for n, (item, label) in enumerate(zip(items[:150], labels, strict=False))
    ]
    project.items.add([*known, *items[150:1_000]], progress=False)
    project.train()
    service.run_jobs()
    p: dict[str, list[float]] = defaultdict(list)
    alarms = 0
    for week in range(20):
        project.items.add(items[1_000 + 100 * week : 1_100 + 100 * week], progress=False)
        project.drift.check()
        service.run_jobs(kinds=("drift.compare",))
        found = project.drift.get().checked
        assert found is not None and found.new == 100
        alarms += found.alarm
        for one in found.signals:
            p[one.name].append(one.p)
    told = ", ".join(f"{name} {min(values):.3f}" for name, values in p.items())
    print(f"\nat rest in the service: {alarms} of 20 checks alarm; the smallest p after Holm of each: {told}; "
          f"label shares {[(one.label, one.then.value, one.now.value) for one in found.labels]}")  # fmt: skip
    assert alarms <= 3
