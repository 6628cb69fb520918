"""When a language model may count, and whether it may stand in for a person."""

import numpy as np

from labeler.learning.llm.examples import Examples
from labeler.learning.llm.measures import accuracy, drift, judged, passes
from labeler.learning.llm.replacement import replacement


def test_a_model_that_is_right_on_70_percent_and_claims_95_passes_in_0_of_200() -> None:
    """Looked at after every label that people answer, and with shares that were changed in between."""
    rng = np.random.default_rng(0)
    passed = 0
    for _ in range(200):
        right, chances = rng.random(300) < 0.7, rng.choice([0.1, 0.2], 300)
        looks = (judged(right[:n], chances[:n]) for n in range(1, 301, 7))
        passed += any(passes(accuracy(known), 0.9) for known in looks)
    assert passed == 0


def test_a_good_model_passes_and_few_answers_never_do() -> None:
    rng = np.random.default_rng(1)
    good = [passes(accuracy(judged(rng.random(400) < 0.95, [0.1] * 400)), 0.9) for _ in range(200)]
    assert np.mean(good) > 0.95
    assert not passes(accuracy(judged([1.0] * 29, [0.1] * 29)), 0.5)
    assert passes(accuracy(judged([1.0] * 40, [0.1] * 40)), 0.9)


def test_labels_drawn_with_a_smaller_chance_stand_for_more() -> None:
    found = accuracy(judged([1.0] * 50 + [0.0] * 50, [1.0] * 50 + [0.25] * 50))
    assert found.value == 0.2 and found.n == 100
    even = accuracy(judged([1.0] * 20 + [0.0] * 80, [0.5] * 100))
    assert found.low is not None and even.low is not None and found.low < even.low, "uneven weights tell less"


def test_a_fall_is_told_from_chance() -> None:
    rng = np.random.default_rng(2)
    steady = [drift(judged(rng.random(120) < 0.9, [0.1] * 120)) for _ in range(200)]
    fallen = [drift(judged(np.r_[rng.random(90) < 0.95, rng.random(30) < 0.5], [0.1] * 120)) for _ in range(200)]
    assert sum(one is not None for one in steady) <= 2
    assert sum(one is not None for one in fallen) > 180
    assert drift(judged([1.0] * 59, [0.1] * 59)) is None


def _people(rng: np.random.Generator, n: int, right: float) -> dict[int, int]:
    return {item: int(rng.random() > right) for item in range(n)}


def _apart(a: int, b: int) -> float:
    return float(a != b)


def test_the_replacement_test_tells_a_good_model_from_a_poor_one() -> None:
    rng = np.random.default_rng(3)
    people = [_people(rng, 80, 0.9) for _ in range(4)]
    good = replacement(_people(rng, 80, 0.95), people, _apart)
    poor = replacement(_people(rng, 80, 0.55), people, _apart)
    assert good.stands_in is True and good.winning == 1.0 and good.advantage is not None and good.advantage > 0.8
    assert poor.stands_in is False and poor.winning == 0.0
    assert good.people == 4 and good.items == 80


def test_the_replacement_test_says_that_it_can_not_tell_yet() -> None:
    rng = np.random.default_rng(4)
    model = _people(rng, 80, 0.9)
    few_people = replacement(model, [_people(rng, 80, 0.9) for _ in range(2)], _apart)
    few_items = replacement(model, [_people(rng, 29, 0.9) for _ in range(5)], _apart)
    apart = replacement(model, [{n + 30 * k: 0 for n in range(30)} for k in range(3)], _apart)
    assert [few_people.stands_in, few_items.stands_in, apart.stands_in] == [None, None, None]


def test_examples_are_the_nearest_and_not_all_of_one_answer() -> None:
    texts = ["free prize now", "claim your free prize", "win a prize today", "see you at lunch", "lunch at noon?"]
    pool = Examples(texts, [0, 0, 0, 1, 1])
    near = pool.nearest("a free prize for you", 4)
    assert set(near[-2:]) <= {0, 1, 2} and {3, 4} & set(near), "the nearest stand last"
    assert 0 not in pool.nearest("free prize now", 2, without=0)
    assert Examples([], []).nearest("text", 3) == [] and pool.nearest("text", 0) == []
