"""Whether one more label is worth more than a new item: the same figures as cleanlab's."""

import numpy as np
import pytest
from cleanlab.internal.multiannotator_utils import find_best_temp_scaler, temp_scale_pred_probs
from cleanlab.multiannotator import get_active_learning_scores

from labeler.learning.consensus.activelab import active_scores
from labeler.learning.consensus.base import Judgments, Shape


def crowd(seed: int, each: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What five people say of 200 items (nan where they say nothing), and what a model says of these and of 50 new."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(4, size=250)
    proba = rng.dirichlet(np.ones(4), size=250) + 0.8 * np.eye(4)[truth]
    proba /= proba.sum(axis=1, keepdims=True)
    right = rng.random((200, 5)) < np.linspace(0.6, 0.95, 5)
    said = np.where(right, truth[:200, None], rng.integers(4, size=(200, 5))).astype(float)
    said[rng.random((200, 5)) > each] = np.nan
    said[np.arange(4), 0] = np.arange(4)  # every value is there
    nobody = np.isnan(said).all(axis=1)
    said[nobody, 0] = truth[:200][nobody]
    return said, proba[:200], proba[200:]


def judgments(said: np.ndarray, proba: np.ndarray) -> Judgments:
    items, people = np.nonzero(~np.isnan(said))
    return Judgments(items, people, said[items, people].astype(int), Shape(*said.shape, 4), None, proba)


@pytest.mark.parametrize("each", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_cleanlab(seed: int, each: float) -> None:
    said, proba, new = crowd(seed, each)
    labeled, fresh = get_active_learning_scores(said, proba, new)
    heat = find_best_temp_scaler(said, proba)
    proba, new = temp_scale_pred_probs(proba, heat), temp_scale_pred_probs(new, heat)
    found = active_scores(judgments(said, proba), new.max(axis=1))
    assert found.labeled == pytest.approx(labeled, abs=1e-6)
    assert found.new == pytest.approx(fresh, abs=1e-6)


def test_where_nobody_is_known_all_weigh_the_same() -> None:
    said, proba, new = crowd(0, 0.5)
    first = np.argmax(~np.isnan(said), axis=1)
    alone = np.full(said.shape, np.nan)
    alone[np.arange(200), first] = said[np.arange(200), first]
    labeled, fresh = get_active_learning_scores(alone, proba, new)
    found = active_scores(judgments(alone, proba), new.max(axis=1))
    assert found.labeled == pytest.approx(labeled, abs=1e-9) and found.new == pytest.approx(fresh, abs=1e-9)


def test_an_answer_that_the_model_doubts_is_worth_more_than_a_sure_new_item_and_less_than_an_unsure_one() -> None:
    said = np.array([[0, 0], [1, 1], [0, 1], [2, 2], [3, 3], [0, np.nan]])
    proba = np.eye(4)[[0, 1, 1, 2, 3, 1]] * 0.9 + 0.025
    found = active_scores(judgments(said, proba), np.array([0.97, 0.28]))
    assert found.new[1] < found.labeled[5] < found.labeled[0]
    assert found.labeled[5] < found.new[0]


def test_it_takes_a_model() -> None:
    said, proba, _ = crowd(0, 0.5)
    with pytest.raises(ValueError, match="a model"):
        active_scores(
            Judgments(*[judgments(said, proba).__dict__[n] for n in ("items", "people", "codes", "shape")]), proba
        )
