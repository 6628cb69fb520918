"""When `advise` says stop, against the first labels that reach 99 % of the score of all labels.

The rule was chosen with runs on these four sets, seeds 0 to 11; the seeds here are others, the sets are not.
"""

import csv
import statistics
from typing import Any

import numpy as np
import pytest
import shared_data
from sklearn.feature_extraction.text import TfidfVectorizer
from stopping_runs import Stop, stop_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SETS = ["digits", "sms", "trec6", "agnews"]
SEEDS = range(30, 42)


def rows_of(name: str, part: str) -> list[dict[str, str]]:
    with open(shared_data.FOLDER / name / f"{part}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stops_on(name: str) -> list[Stop]:
    train, test = rows_of(name, "train"), rows_of(name, "test")
    y, y_test = (np.array([row["label"] for row in rows]) for rows in (train, test))
    X: Any
    X_test: Any
    if name == "digits":
        X, X_test = (
            np.array([[float(row[f"p{i}"]) / 16 for i in range(64)] for row in rows]) for rows in (train, test)
        )
    else:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        X = words.fit_transform([row["text"] for row in train])
        X_test = words.transform([row["text"] for row in test])
    return [stop_of(X, y, X_test, y_test, seed) for seed in SEEDS]


@pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the benchmark's data sets may not be shipped")
def test_told_to_stop_in_time_and_not_too_soon(report: Any) -> None:
    ratios, shares = [], []
    for name in SETS:
        stops = stops_on(name)
        ratios.append(statistics.fmean(stop.ratio for stop in stops))
        shares.append(statistics.fmean(stop.share for stop in stops))
        report.add(
            f"told to stop, {name}",
            labels=[stop.labels for stop in stops],
            first_good=[stop.first for stop in stops],
            ratio=round(ratios[-1], 2),
            share_of_final_score=round(shares[-1], 3),
            worst_share=round(min(stop.share for stop in stops), 3),
        )
    report.add("told to stop, mean over sets", ratio=round(statistics.fmean(ratios), 2))
    assert statistics.fmean(ratios) <= 1.3
    assert statistics.fmean(shares) >= 0.99
    assert min(shares) >= 0.98
