"""What a model has to beat, on the same labels and holdout: no look at the item, a rule of one word, and scikit-learn
out of the box."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from labeler.contents import Content
from labeler.learning.evaluation import multilabel, ordinal
from labeler.learning.evaluation.classification import evaluate
from labeler.learning.evaluation.report import Report

MOST_WORDS = 1_000
"""The most frequent words are those that a rule of one word is looked for among."""


def of_classes(
    contents_train: Sequence[Content],
    y_train: Sequence[str],
    contents_holdout: Sequence[Content],
    y_holdout: Sequence[str],
    classes: Sequence[str],
    seed: int,
) -> dict[str, Report]:
    """What the model must beat, on the same labels and holdout: "majority", "one_rule" and "sklearn".

    "majority" says the labels' frequencies in the holdout, the best that is possible without looking at an
    item (those of the training labels are the strategy's choice, and would mislead); "one_rule" asks for
    one word of a text, or one column of a row (a decision tree of depth 1; after Holte, 1993, "Very Simple
    Classification Rules Perform Well on Most Commonly Used Datasets"); "sklearn" is scikit-learn out of the box
    (texts: TfidfVectorizer and LogisticRegression; rows: DictVectorizer and LogisticRegression).
    A baseline that can't be trained (one label only, texts without words) is left out.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier
    from threadpoolctl import threadpool_limits

    if not len(y_train):
        return {}
    order = list(dict.fromkeys([*classes, *y_train, *y_holdout]))
    codes = np.array([order.index(label) for label in (y_holdout if len(y_holdout) else y_train)])
    shares = np.bincount(codes, minlength=len(order)) / len(codes)
    majority = np.tile(shares, (len(y_holdout), 1))
    reports = {"majority": evaluate(y_holdout, majority, order, seed)}
    if len(set(y_train)) < 2:
        return reports
    with threadpool_limits(1):
        rule, plain = DecisionTreeClassifier(max_depth=1, random_state=0), LogisticRegression()
        for name, fitted in _each(contents_train, list(y_train), rule, plain):
            proba = np.zeros((len(y_holdout), len(order)))
            if len(y_holdout):
                columns = [order.index(label) for label in fitted.classes_]
                proba[:, columns] = fitted.predict_proba(_plain(contents_holdout))
            reports[name] = evaluate(y_holdout, proba, order, seed)
    return reports


def of_label_sets(
    contents_train: Sequence[Content],
    y_train: Sequence[Sequence[str]],
    contents_holdout: Sequence[Content],
    y_holdout: Sequence[Sequence[str]],
    seed: int,
) -> dict[str, Report]:
    """As `of_classes`, for any number of labels an item: "majority" gives each label to all items or to none, whichever
    F1 is higher; "one_rule" has a rule for each label; "sklearn" is a OneVsRestClassifier of logistic regressions."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.tree import DecisionTreeClassifier
    from threadpoolctl import threadpool_limits

    classes = sorted({name for value in (*y_train, *y_holdout) for name in value})
    if not classes or not len(y_holdout):
        return {}
    has = _indicator(y_train, classes)
    shares = _indicator(y_holdout, classes).mean(axis=0)
    always = np.tile(shares, (len(y_holdout), 1))
    reports = {"majority": multilabel.evaluate(y_holdout, always, classes, np.full(len(classes), 1e-9), seed)}
    learnable = has.any(axis=0) & ~has.all(axis=0)
    if not learnable.any():
        return reports
    with threadpool_limits(1):
        rule = OneVsRestClassifier(DecisionTreeClassifier(max_depth=1, random_state=0))
        plain = OneVsRestClassifier(LogisticRegression())
        for name, fitted in _each(contents_train, has[:, learnable].astype(int), rule, plain):
            proba = np.tile(has.mean(axis=0), (len(y_holdout), 1))
            said = np.asarray(fitted.predict_proba(_plain(contents_holdout)))
            proba[:, learnable] = said if said.shape[1] == int(learnable.sum()) else said[:, 1:]
            reports[name] = multilabel.evaluate(y_holdout, proba, classes, np.full(len(classes), 0.5), seed)
    return reports


def of_ratings(
    contents_train: Sequence[Content],
    y_train: Sequence[float],
    contents_holdout: Sequence[Content],
    y_holdout: Sequence[float],
    seed: int,
) -> dict[str, Report]:
    """As `of_classes`, for ratings: "majority" always says the holdout's median; "sklearn" is a Ridge regression."""
    from sklearn.linear_model import Ridge
    from sklearn.tree import DecisionTreeRegressor
    from threadpoolctl import threadpool_limits

    if not len(y_holdout):
        return {}
    true = np.asarray(y_holdout, dtype=np.float64)
    middle = np.full(len(true), np.quantile(true, 0.5, method="inverted_cdf"))
    reports = {"majority": ordinal.evaluate(true, middle, middle, seed)}
    levels = np.unique(np.asarray(y_train, dtype=np.float64))
    if len(levels) < 2:
        return reports
    with threadpool_limits(1):
        rule, plain = DecisionTreeRegressor(max_depth=1, random_state=0), Ridge()
        for name, fitted in _each(contents_train, np.asarray(y_train, dtype=np.float64), rule, plain):
            said = np.asarray(fitted.predict(_plain(contents_holdout)))
            nearest = levels[np.abs(said[:, None] - levels[None, :]).argmin(axis=1)]
            reports[name] = ordinal.evaluate(true, nearest, said, seed)
    return reports


def _indicator(values: Sequence[Sequence[str]], classes: Sequence[str]) -> Any:
    from sklearn.preprocessing import MultiLabelBinarizer

    return MultiLabelBinarizer(classes=list(classes)).fit_transform(values).astype(bool)


def _each(contents: Sequence[Content], y: Any, rule: Any, plain: Any) -> Iterator[tuple[str, Any]]:
    """The rule of one word or column, and what one gets from scikit-learn's defaults, by name, fitted; none where there
    is no word in any text."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler

    if "fields" in contents[0]:
        made = {"one_rule": (DictVectorizer(), rule), "sklearn": (DictVectorizer(), MaxAbsScaler(), plain)}
    else:
        words = CountVectorizer(binary=True, max_features=MOST_WORDS)
        made = {"one_rule": (words, rule), "sklearn": (TfidfVectorizer(), plain)}
    read = _plain(contents)
    for name, steps in made.items():
        try:
            yield name, make_pipeline(*steps).fit(read, y)
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise


def _plain(contents: Sequence[Content]) -> list[Any]:
    """What scikit-learn's vectorizers take: texts, or dicts of the numbers and strings that are there."""
    from labeler.learning.features.cells import number_of
    from labeler.learning.features.text import text_of

    if not contents or "fields" not in contents[0]:
        return [text_of(content) for content in contents]
    rows: list[dict[str, float | str]] = []
    for content in contents:
        fields = content.get("fields") or {}
        numbers = {name: number_of(value) for name, value in fields.items()}
        rows.append(
            {
                name: str(fields[name]) if number is None else number
                for name, number in numbers.items()
                if fields[name] not in (None, "")
            }
        )
    return rows
