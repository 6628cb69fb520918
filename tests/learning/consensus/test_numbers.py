"""Numbers that several people gave."""

import numpy as np
import pytest

from labeler.learning.consensus.base import find
from labeler.learning.consensus.numbers import Ratings


def ratings(seed: int = 0, n: int = 400, k: int = 3, people: int = 6) -> tuple[Ratings, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(5, 2, n)
    bias = np.array([1.5, -1.0, 0.0, 0.0, -0.5, 0.0])[:people]
    width = np.array([0.3, 0.3, 0.5, 0.5, 1.5, 2.0])[:people]
    who = np.argsort(rng.random((n, people)), axis=1)[:, :k].ravel()
    items = np.repeat(np.arange(n), k)
    values = truth[items] + bias[who] + rng.normal(0, 1, n * k) * width[who]
    return Ratings(items, who, values, n, people), truth, bias


def test_without_their_bias_people_are_nearer_to_the_answer() -> None:
    given, truth, bias = ratings()
    errors = {}
    for name in ("mean", "median", "weighted_mean"):
        found = find(name).function(given)
        errors[name] = float(np.sqrt(((found.value - truth) ** 2).mean()))
    assert errors["weighted_mean"] < 0.7 * errors["mean"]
    found = find("weighted_mean").function(given)
    assert np.corrcoef(found.bias, bias)[0, 1] > 0.95
    inside = np.abs(found.value - truth) < 1.96 * found.error
    assert 0.9 < inside.mean() < 0.99


@pytest.mark.parametrize("name", ["mean", "median", "weighted_mean"])
def test_one_rating_and_none(name: str) -> None:
    given = Ratings(np.array([1]), np.array([0]), np.array([4.0]), 2, 1)
    found = find(name).function(given)
    assert found.value[1] == 4.0 and np.isnan(found.value[0]) and np.isfinite(found.error[1])


def test_a_median_is_a_number_that_somebody_gave() -> None:
    given = Ratings(np.zeros(4, dtype=int), np.arange(4), np.array([1.0, 2.0, 4.0, 5.0]), 1, 4)
    assert find("median").function(given).value[0] == 2.0
