"""Judgments of several people to one answer: what every method keeps, and what each is for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.learning.consensus import base
from labeler.learning.consensus.base import Judgments, Shape, find
from labeler.learning.consensus.calibration import ENOUGH, USUAL, fit_sharpness, tempered
from labeler.learning.consensus.quality import mixed_up, qualities

METHODS = [one.name for one in base.methods_of(base.LABELS)]


def crowd(seed: int, n: int, k: int, accuracies: list[float], values: int = 3) -> tuple[Judgments, np.ndarray]:
    """n items, k judgments each of different people, who are right with their chance and else say any other value."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(values, size=n)
    people = np.argsort(rng.random((n, len(accuracies))), axis=1)[:, :k].ravel()
    items = np.repeat(np.arange(n), k)
    right = rng.random(n * k) < np.array(accuracies)[people]
    codes = np.where(right, truth[items], (truth[items] + rng.integers(1, values, size=n * k)) % values)
    return Judgments(items, people, codes, Shape(n, len(accuracies), values)), truth


def accuracy(method: str, given: Judgments, truth: np.ndarray) -> float:
    return float((find(method).function(given).posterior.argmax(axis=1) == truth).mean())


entry = st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2))


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=60)
@given(
    said=st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 3)), st.integers(0, 2), max_size=20),
    gold=st.lists(st.integers(-1, 2), min_size=6, max_size=6),
    with_gold=st.booleans(),
    with_model=st.booleans(),
)
def test_every_method_gives_chances_for_whatever_was_said(name, said, gold, with_gold, with_model) -> None:
    rows = np.array([(item, who, code) for (item, who), code in said.items()], dtype=np.int64).reshape(-1, 3)
    proba = np.full((6, 3), 1 / 3) if with_model else None
    truth = np.array(gold) if with_gold else None
    found = find(name).function(Judgments(rows[:, 0], rows[:, 1], rows[:, 2], Shape(6, 4, 3), truth, proba))
    assert found.posterior.shape == (6, 3) and np.isfinite(found.posterior).all()
    assert found.posterior.min() >= 0 and np.allclose(found.posterior.sum(axis=1), 1)
    if truth is not None:
        known = np.flatnonzero(truth >= 0)
        assert (found.posterior[known].argmax(axis=1) == truth[known]).all()


@pytest.mark.parametrize("name", ["one_coin", "dawid_skene"])
def test_people_who_are_right_more_often_weigh_more(name: str) -> None:
    given, truth = crowd(0, 600, 3, [0.95, 0.95, 0.55, 0.5, 0.5, 0.5])
    assert accuracy(name, given, truth) > accuracy("majority", given, truth) + 0.08
    found = find(name).function(given)
    assert found.accuracy is not None and found.accuracy[:2].min() > found.accuracy[2:].max() + 0.2


def test_errors_that_are_typical_of_somebody_count_less() -> None:
    """Two of five take every third for the second; who never does is worth more there than there are of them."""
    rng = np.random.default_rng(1)
    truth = rng.integers(3, size=900)
    said = np.repeat(truth[:, None], 5, axis=1)
    noise = rng.random(said.shape) < 0.12
    said = np.where(noise, rng.integers(3, size=said.shape), said)
    said[:, :3] = np.where((truth[:, None] == 2) & (rng.random((900, 3)) < 0.75), 1, said[:, :3])
    items, people = np.repeat(np.arange(900), 5), np.tile(np.arange(5), 900)
    given = Judgments(items, people, said.ravel(), Shape(900, 5, 3))
    assert accuracy("dawid_skene", given, truth) > accuracy("one_coin", given, truth) + 0.02
    assert (2, 1) in {pair[:2] for pair in mixed_up(given, find("dawid_skene").function(given).posterior)[0]}


def test_what_is_mixed_up_names_the_answer_first_and_leaves_out_what_nobody_else_judged() -> None:
    """Person 0 says 2 where 1 is right, five times, and once the other way; item 6 has no judgment but their own."""
    items, people = np.array([0, 1, 2, 3, 4, 5, 6, *range(6)]), np.repeat([0, 1], [7, 6])
    codes = np.array([2, 2, 2, 2, 2, 1, 0, 1, 1, 1, 1, 1, 2])
    posterior = np.eye(3)[[1, 1, 1, 1, 1, 2, 1]]
    given = Judgments(items, people, codes, Shape(7, 2, 3))
    assert mixed_up(given, posterior) == [[(1, 2, 5.0), (2, 1, 1.0)], []]


def test_two_judgments_an_item_do_not_drift_to_a_single_answer() -> None:
    given, truth = crowd(3, 400, 2, [0.6, 0.65, 0.7, 0.75, 0.8, 0.85], values=2)
    for name in ("one_coin", "dawid_skene"):
        found = find(name).function(given).posterior
        assert 0.35 < found.argmax(axis=1).mean() < 0.65
        assert accuracy(name, given, truth) >= accuracy("majority", given, truth)


def test_gold_alone_weighs_where_it_is_asked_for() -> None:
    """Three who collude agree with each other; gold tells who is right."""
    given, truth = crowd(4, 300, 5, [0.9, 0.9, 0.34, 0.34, 0.34])
    told = given.codes.copy()
    for who in (3, 4):  # they say what the third says
        told[given.people == who] = told[given.people == 2]
    gold = np.where(np.arange(300) < 40, truth, -1)
    judged = Judgments(given.items, given.people, told, given.shape, gold)
    rest = np.arange(300) >= 40
    by_gold = find("gold_weighted").function(judged).posterior.argmax(axis=1)
    by_agreement = find("one_coin").function(judged.without_gold()).posterior.argmax(axis=1)
    assert (by_gold == truth)[rest].mean() > 0.85 > 0.5 > (by_agreement == truth)[rest].mean()


def test_how_often_somebody_is_right_has_an_interval_that_holds_it() -> None:
    """95 % intervals of 6 people in 60 crowds hold the truth about so often, and narrow with what there is."""
    accuracies = [0.6, 0.7, 0.8, 0.85, 0.9, 0.95]
    held, widths = 0, []
    for seed in range(60):
        given, _ = crowd(seed, 120, 3, accuracies)
        found = qualities(given, find("one_coin").function(given))
        held += int(((found.low <= accuracies) & (accuracies <= found.high)).sum())
        widths.append(float((found.high - found.low).mean()))
    assert 0.9 < held / 360 <= 0.99
    more, _ = crowd(0, 1_200, 3, accuracies)
    wide = qualities(more, find("one_coin").function(more))
    assert float((wide.high - wide.low).mean()) < np.mean(widths) / 2


def test_nothing_is_known_of_who_labels_alone() -> None:
    given = Judgments(np.arange(50), np.zeros(50, dtype=int), np.arange(50) % 3, Shape(50, 1, 3))
    found = qualities(given, find("one_coin").function(given))
    assert found.items[0] == 0 and found.high[0] - found.low[0] > 0.5


def test_labels_that_do_not_count_are_held_against_the_answers_without_changing_them() -> None:
    given, truth = crowd(5, 400, 3, [0.9, 0.9, 0.9, 0.9])
    rule = np.where(np.random.default_rng(0).random(400) < 0.5, truth, 0)
    everything = Judgments(
        np.r_[given.items, np.arange(400)],
        np.r_[given.people, np.full(400, 4)],
        np.r_[given.codes, rule],
        Shape(400, 5, 3),
    )
    took_part = np.arange(len(everything.items)) < len(given.items)
    found = find("one_coin").function(everything.only(took_part))
    measured = qualities(everything, found, took_part)
    assert measured.low[4] < (rule == truth).mean() < measured.high[4] and measured.items[4] == 400


def test_a_posterior_says_what_gold_says_of_it() -> None:
    """People who err together: without gold the answers are far too sure, with some they are not."""
    rng = np.random.default_rng(7)
    given, truth = crowd(6, 800, 3, [0.85] * 8)
    seen = np.where(rng.random(800) < 0.15, (truth + 1) % 3, truth)  # what everybody takes the item for
    codes = np.where(given.codes == truth[given.items], seen[given.items], given.codes)
    judged = Judgments(given.items, given.people, codes, given.shape)
    found = find("dawid_skene").function(judged).posterior
    prior = np.full(3, 1 / 3)
    gold = np.where(np.arange(800) < 4 * ENOUGH, truth, -1)
    sharpness = fit_sharpness(found, prior, gold)
    rest = gold < 0
    right = (found.argmax(axis=1) == truth)[rest].mean()
    assert abs(tempered(found, prior, sharpness)[rest].max(axis=1).mean() - right) < 0.04
    assert tempered(found, prior, USUAL)[rest].max(axis=1).mean() - right > 0.08
    assert fit_sharpness(found, prior, np.full(800, -1)) == USUAL
