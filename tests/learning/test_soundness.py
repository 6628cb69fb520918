"""A model's numbers are looked at: what is not finite is found wherever it is, and weights have a size."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from labeler.learning.semi_supervised.ensemble import Ensemble
from labeler.learning.semi_supervised.linear import Linear
from labeler.learning.soundness import soundness_of, without_broken

PROBA = np.full((4, 2), 0.5, dtype=np.float32)


def fitted(model: object) -> object:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    return model.fit(X, (X[:, 0] > 0).astype(int))  # type: ignore[attr-defined]


def test_the_norm_is_that_of_the_weights_and_grows_with_them() -> None:
    model = fitted(LogisticRegression())
    norm = soundness_of(model, PROBA).norm
    weights = np.concatenate([model.coef_.ravel(), model.intercept_])  # type: ignore[attr-defined]
    assert norm == pytest.approx(np.linalg.norm(weights))
    model.coef_ *= 100  # type: ignore[attr-defined]
    assert (soundness_of(model, PROBA).norm or 0) > 50 * (norm or 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_weight_that_is_no_number_is_found_in_the_parts_of_an_ensemble(bad: float) -> None:
    linear = {"linear": Linear([np.ones((3, 2)), np.ones((2, 2))], np.zeros(2), 1.0)}
    sound = Ensemble(["a", "b"], {"linear": 1.0}, linear, None, np.array([0.5, 0.5]))
    fine = soundness_of(sound, PROBA)
    assert (fine.broken_weights, fine.weights, fine.norm) == (0, 14, pytest.approx(np.sqrt(10)))
    linear["linear"].coefficients[1][0, 1] = bad
    assert soundness_of(sound, PROBA).broken_weights == 1


def test_probabilities_that_are_no_numbers_are_counted_and_ranked_as_unknown() -> None:
    proba = np.array([[0.9, 0.1], [np.nan, 0.2], [np.inf, np.nan]], dtype=np.float32)
    found = soundness_of(fitted(RandomForestClassifier(5)), proba)
    assert (found.probabilities, found.broken_probabilities, found.norm) == (6, 3, None)
    assert without_broken(proba).tolist() == [pytest.approx([0.9, 0.1]), [0.5, 0.5], [0.5, 0.5]]
    assert without_broken(PROBA) is PROBA
