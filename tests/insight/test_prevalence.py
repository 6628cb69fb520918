"""How frequent labels are in the whole pool."""

from typing import Any

import numpy as np
import pytest
from sample_texts import texts

from labeler.learning.evaluation.intervals import wilson
from labeler.learning.evaluation.prediction_powered import prediction_powered


def test_it_is_told_from_the_random_holdout_whatever_was_chosen(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Frequent", labels=["spam", "ham"], holdout_share=0.5)
    rows = texts(160)
    given = [{"key": row["key"], "text": row["text"], "metadata": row["metadata"]} for row in rows]
    project.items.add(given, progress=False)
    truth = {row["key"]: row["metadata"]["truth"] for row in rows}
    held = [item.key for item in project.items.find(split="holdout", limit=200)]
    assert project.prevalence().labels == []
    chosen = [key for key in truth if key not in held and truth[key] == "spam"]  # as a search for spam would
    project.label_many({key: truth[key] for key in [*chosen[:30], *held[:45]]})
    plain = project.prevalence()
    assert (plain.model, plain.items, plain.holdout_labels) == (None, 160, 45)
    share = {row.label: row.share for row in plain.labels}
    whole = sum(one == "spam" for one in truth.values()) / len(truth)
    assert share["spam"].low < whole < share["spam"].high
    others = [key for key in truth if key not in held and truth[key] == "ham"]
    project.label_many({key: truth[key] for key in others[:30]})
    service.run_jobs()
    powered = project.prevalence()
    assert powered.model == 1
    narrow = {row.label: row.share for row in powered.labels}
    assert narrow["spam"].low < whole < narrow["spam"].high
    assert narrow["spam"].high - narrow["spam"].low <= (share["spam"].high - share["spam"].low) * 1.02
    assert narrow["spam"].value + narrow["ham"].value == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("right", "least", "most"), [(0.5, 0.99, 1.02), (0.85, 0.0, 0.78)])
def test_intervals_hold_the_truth_and_a_good_helper_narrows_them(right: float, least: float, most: float) -> None:
    """400 simulations (1,000 by hand, docs/benchmarks/answers.md): 100 labels, a helper that is right so often."""
    rng = np.random.default_rng(1)
    held, widths = 0, []
    for _ in range(400):
        truth = rng.random(2_100) < 0.5
        said = np.where(rng.random(2_100) < right, truth, ~truth)
        chance = np.where(said, right, 1 - right)
        found = prediction_powered(truth[:100], chance[:100], chance[100:])
        held += found.low <= 0.5 <= found.high
        low, high = wilson(int(truth[:100].sum()), 100)
        widths.append((found.high - found.low) / (high - low))
    assert 0.92 <= held / 400 <= 0.985 and least <= np.mean(widths) <= most
