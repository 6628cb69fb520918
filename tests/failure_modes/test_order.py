"""In which order items are collected for a failure mode."""

import numpy as np

from labeler.failure_modes.measure import CANDIDATES, _in_order
from labeler.learning.failure_modes import is_held_back


def test_two_of_three_are_the_most_similar_and_the_third_is_a_random_one_of_all() -> None:
    ids = np.arange(1, 4_001)
    near = np.random.default_rng(0).random(len(ids)).astype(np.float32)
    near_of = dict(zip(ids.tolist(), near.tolist(), strict=True))
    found = _in_order(ids, near, seed=3)
    assert len(found) == CANDIDATES == len(set(found))
    back = is_held_back(np.array(found))
    assert back.reshape(-1)[:300].reshape(100, 3).tolist() == [[False, False, True]] * 100
    learned, held = [one for one, is_back in zip(found, back, strict=True) if not is_back], np.array(found)[back]
    assert [near_of[one] for one in learned] == sorted((near_of[one] for one in learned), reverse=True)
    assert min(near_of[one] for one in learned) > 0.6
    assert 0.4 < np.mean([near_of[one] for one in held.tolist()]) < 0.6, "as similar as all of them"


def test_where_one_kind_runs_out_the_other_goes_on() -> None:
    ids = np.arange(1, 200)
    back = is_held_back(ids)
    assert sorted(_in_order(ids, np.ones(len(ids)), 0)) == ids.tolist()
    assert sorted(_in_order(ids[back], np.ones(back.sum()), 0)) == ids[back].tolist()
    assert _in_order(ids[:0], np.ones(0), 0) == []
