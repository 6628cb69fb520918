import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from labeler.learning.stopping import cohens_kappa, stabilised

STEADY = ["ham", "spam"] * 500


def test_steady_predictions_of_three_rounds_say_stop():
    assert stabilised(STEADY, STEADY, [0.995, 0.998])["advice"] == "stop"


def test_one_steady_round_is_not_enough():
    assert stabilised(STEADY, STEADY, [])["advice"] == "keep going"
    assert stabilised(STEADY, STEADY, [0.98])["advice"] == "nearly there"
    assert stabilised(STEADY, STEADY, [0.6, 0.7])["advice"] == "nearly there"


def test_changing_predictions_say_keep_going():
    changed = ["spam" if i % 5 == 0 else label for i, label in enumerate(STEADY)]
    advice = stabilised(STEADY, changed, [0.995, 0.998])
    assert advice["advice"] == "keep going"
    assert "10.0%" in advice["reason"]


def test_a_model_that_gives_one_label_to_everything_has_not_settled():
    assert stabilised(["ham"] * 1000, ["ham"] * 1000, [1.0, 1.0])["advice"] == "keep going"


def test_without_an_earlier_model_or_with_few_items_there_is_no_stop():
    assert stabilised([], [], [])["advice"] == "keep going"
    assert stabilised(STEADY[:50], STEADY[:50], [1.0, 1.0])["advice"] == "keep going"


def test_another_stop_set_is_refused():
    with pytest.raises(ValueError, match="stop set changed"):
        stabilised(["a"], ["a", "b"], [])


def test_kappa_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    assert cohens_kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))
