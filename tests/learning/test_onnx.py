"""A model says as ONNX what it says here, item by item, whatever kind it is; what has no counterpart is refused."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from labeler.learning import ActiveLearner
from labeler.learning.errors import NotExpressible, OnnxMissing
from labeler.learning.features.table import TablePipeline
from labeler.learning.features.text import TextPipeline
from labeler.learning.models import models
from labeler.learning.onnx import NEAR, difference, to_onnx
from labeler.learning.onnx.convert import categories_of, written
from labeler.learning.onnx.trees import at_most
from labeler.learning.supervised import train

WORDS = [
    "win",
    "Prize",
    "LUNCH",
    "straße",
    "Ärger",
    "it's",
    "£100",
    "co-op",
    "e\u0301te\u0301",
    "日本語",
    "x_1",
    "İstanbul",
]
ODD = [
    "a",
    "?!",
    "  two  spaces\tand\na\r\nline ",
    "\u2003wide\u00a0space\x1f",
    "STRASSE ÄÖÜ İI ıI ǅ",
    "²³ Ⅷ ½ ٣ _",
    "x" * 300 + " " + "y " * 300,
    "\U0001f600 emoji👍🏽",
    "win " * 40,
    "abc de",
]


def texts_of(n: int, seed: int) -> tuple[list[str], list[str]]:
    """Texts that differ in case, accents and white space, and a label that hangs on a word."""
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, rng.integers(2, 12))) for _ in range(n)]
    return texts, ["yes" if "win" in text or "LUNCH" in text else "no" for text in texts]


def rows_of(n: int, seed: int) -> tuple[pd.DataFrame, list[str]]:
    """Rows with numbers, a date, yes or no, categories and a text, some of them missing."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "size": rng.normal(size=n).round(2),
            "age": rng.integers(0, 90, n),
            "same": np.ones(n),
            "city": rng.choice(["Bonn", "Köln", "New York", "", "n/a"], n),
            "kind": rng.choice([f"k{number}" for number in range(40)], n),
            "ok": rng.choice(["yes", "no"], n),
            "day": [f"20{number % 30:02}-0{number % 9 + 1}-11" for number in rng.integers(0, 900, n)],
            "note": [" ".join(rng.choice(WORDS, 6)) for _ in range(n)],
        }
    )
    rows.loc[rng.random(n) < 0.1, "size"] = np.nan
    labels = np.where((rows["age"] > 40) ^ (rows["city"] == "Bonn"), "a", np.where(rows["ok"] == "yes", "b", "c"))
    return rows.astype(object).where(rows.notna(), None), labels.tolist()


def learned(X: Any, y: list[Any], seed: int, labels: int = 60, **how: Any) -> Any:
    """A model that learned from some labels of a pool."""
    told = [label if number < labels else None for number, label in enumerate(y)]
    return ActiveLearner(random_state=seed, **how).fit(X, told).model_


def same(model: Any, contents: list[dict[str, Any]]) -> float:
    """How far what it says as ONNX is from what it says."""
    values = {
        name: {written(content["fields"].get(name), "categorical") for content in contents}
        for name in categories_of(model)
    }
    expected = model.predict_proba(contents)
    assert np.ptp(expected, axis=0).max() > 0.05  # it does tell items apart
    return difference(to_onnx(model, values, {}), contents, expected).most


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["auto", *(name for name, _ in models() if name != "gradient_boosting")])
def test_texts(name: str, seed: int) -> None:
    texts, labels = texts_of(200, seed)
    model = learned(texts, labels, seed, features=TextPipeline(), classifier=name)
    others = texts_of(100, seed + 10)[0]
    assert same(model, [{"text": text} for text in [*texts, *others, *ODD]]) < NEAR


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ["auto", *(name for name, _ in models())])
def test_rows_of_a_table(name: str, seed: int) -> None:
    rows, labels = rows_of(260, seed)
    model = learned(rows, labels, seed, classifier=name)
    others = rows_of(150, seed + 10)[0]
    contents = [{"fields": row} for row in [*rows.to_dict("records"), *others.to_dict("records"), {"age": "17"}, {}]]
    assert same(model, contents) < NEAR


@pytest.mark.parametrize("name", ["auto", *(name for name, _ in models("multilabel"))])
def test_several_labels(name: str) -> None:
    texts, _ = texts_of(200, 1)
    given = [tuple(word for word in ("win", "LUNCH", "£100") if word in text) for text in texts]
    model = learned(texts, given, 1, features=TextPipeline(), classifier=name, problem="multilabel")
    assert same(model, [{"text": text} for text in [*texts, *ODD]]) < NEAR


@pytest.mark.parametrize("name", ["auto", "linear_svm"])
def test_ratings_and_how_a_text_is_written(name: str) -> None:
    texts, _ = texts_of(200, 2)
    stars = [min(5, 1 + len(text) // 15) for text in texts]
    how = {"features": TextPipeline(statistics=True), "classifier": name, "problem": "ordinal"}
    assert same(learned(texts, stars, 2, **how), [{"text": text} for text in [*texts, *ODD, "z " * 11_000]]) < NEAR


@pytest.mark.parametrize("make", [LogisticRegression, MultinomialNB, lambda: DecisionTreeClassifier(max_depth=3)])
def test_estimators_of_scikit_learn(make: Callable[[], Any]) -> None:
    texts, labels = texts_of(200, 3)
    model = learned(texts, labels, 3, features=TextPipeline(), classifier=make())
    assert same(model, [{"text": text} for text in [*texts, *ODD]]) < NEAR


def test_what_has_no_counterpart_is_refused_in_words() -> None:
    texts, labels = texts_of(80, 4)
    with pytest.raises(NotExpressible, match='"KNeighborsClassifier", is none that skl2onnx converts'):
        to_onnx(learned(texts, labels, 4, features=TextPipeline(), classifier=KNeighborsClassifier()), {}, {})
    numbers = np.random.default_rng(0).normal(size=(80, 3))
    with pytest.raises(NotExpressible, match=r"its features, .*, are of a plug-in; those of texts and tables can be"):
        to_onnx(learned(numbers, labels, 4, classifier="linear_svm"), {}, {})


def test_a_difference_is_found_with_its_item() -> None:
    """Python's lower case of a capital sigma depends on what stands after it; the graph's does not."""
    texts = [word for number in range(40) for word in (f"ΟΔΟΣ {number}", f"plain {number}")]
    model = learned(texts, ["greek", "latin"] * 40, 5, features=TextPipeline(), classifier="linear_svm")
    contents = [{"text": text} for text in ("plain 1", "plain ΟΔΟΣ", "plain 2")]
    found = difference(to_onnx(model, {}, {}), contents, model.predict_proba(contents))
    assert (found.item, found.differing, found.items) == (1, 1, 3) and found.most > 100 * NEAR


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, labels = texts_of(80, 6)
    model = learned(texts, labels, 6, features=TextPipeline(), classifier="linear_svm")
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(OnnxMissing, match=r"pip install labelloop\[onnx\]"):
        to_onnx(model, {}, {})


def test_thresholds_as_float32_leave_every_float32_on_its_side() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=10_000).astype(np.float32)
    thresholds = np.concatenate([numbers.astype(np.float64), numbers + rng.normal(size=10_000) * 1e-8])
    both = np.concatenate([numbers, numbers])
    assert ((both <= thresholds) == (both <= at_most(thresholds))).all()


def test_a_table_of_an_earlier_version_reads_its_features_as_before() -> None:
    rows, labels = rows_of(120, 7)
    contents = [{"fields": row} for row in rows.to_dict("records")]
    made = [TablePipeline([{"name": "age", "kind": "numeric"}], exact_lengths=exact) for exact in (False, True)]
    assert [one.config().get("exact_lengths", False) for one in made] == [False, True]
    assert made[0].key() == made[1].key()  # blocks are the same
    for one in made:
        one.fit([one.extract(contents)])
    before, now = (one.transform(one.extract(contents)).toarray() for one in made)
    assert np.abs(before - now).max() < 1e-6
    trained = train(made[0], made[0].transform(made[0].extract(contents)), labels, model="linear_svm", seed=0)
    assert trained.pipeline.config() == made[0].config()
