"""A model's mistakes on the holdout, and two models beside each other on the same items."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.learning.evaluation.two_shares import matched_interval as interval
from labeler.registry.artifacts import folder_of

Add = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def modeled(service: Any, project: Project, add_texts: Add) -> Project:
    """A project with a model and a holdout that has answers."""
    project.change(settings={"holdout_share": 0.4})
    add_texts(120)
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(30) + project.queue.next(30)})
    project.train()
    service.run_jobs()
    return project


def held(project: Project) -> list[Any]:
    return [item for item in project.items.find(split="holdout") if item.answer is not None]


def other(value: str) -> str:
    return "ham" if value == "spam" else "spam"


def test_mistakes_are_holdout_items_that_people_answer_otherwise(modeled: Project) -> None:
    judged = held(modeled)
    assert len(judged) >= 3
    before = modeled.mistakes(1)
    assert (before.judged, before.wrong, before.items, before.pairs) == (len(judged), 0, [], [])
    turned = judged[:2]
    for item in turned:
        modeled.label(item.key, other(item.prediction["value"]))
    train = next(item for item in modeled.items.find(split="train") if item.answer is not None)
    modeled.label(train.key, other(train.prediction["value"]))
    found = modeled.mistakes(1)
    assert {one.key for one in found.items} == {item.key for item in turned}, "what it learned from is not judged by"
    assert found.wrong == 2 and found.judged == len(judged)
    for one in found.items:
        assert one.answer.value != one.prediction["value"] and one.prediction["model"] == 1
        assert one.labels and one.content["text"]
    sure = [one.prediction["proba"][one.prediction["value"]] for one in found.items]
    assert sure == sorted(sure, reverse=True)


def test_mistakes_of_one_kind_are_counted_chosen_and_paged(modeled: Project) -> None:
    for item in held(modeled):
        modeled.label(item.key, other(item.prediction["value"]))
    every = modeled.mistakes(1)
    kinds = {(pair.truth, pair.said): pair.items for pair in every.pairs}
    assert sum(kinds.values()) == every.wrong == every.judged
    hams = modeled.mistakes(1, truth="spam", said="ham", limit=1)
    assert hams.found == kinds["spam", "ham"] and {one.answer.value for one in hams.items} == {"spam"}
    keys, cursor = [one.key for one in hams.items], hams.next_cursor
    while cursor:
        page = modeled.mistakes(1, truth="spam", said="ham", limit=1, cursor=cursor)
        keys += [one.key for one in page.items]
        cursor = page.next_cursor
    assert len(set(keys)) == len(keys) == hams.found
    assert modeled.mistakes(1, truth="ham", said="ham").items == []


@pytest.mark.one_database
def test_a_model_whose_predictions_are_gone_says_so(service: Any, modeled: Project) -> None:
    (folder_of(service.settings, modeled.info.id, 1) / "proba.npy").unlink()
    with pytest.raises(ApiError) as refused:
        modeled.mistakes(1)
    assert refused.value.status == 409 and "Reproduce it first" in refused.value.detail
    with pytest.raises(ApiError) as unknown:
        modeled.mistakes(99)
    assert unknown.value.status == 404


@pytest.mark.one_database
def test_two_models_are_compared_on_the_same_holdout_items(service: Any, modeled: Project) -> None:
    modeled.label_many({item.key: item.metadata["truth"] for item in modeled.queue.next(10)})
    modeled.train()
    service.run_jobs()
    same = modeled.compare_models(2, 1)
    assert (same.better, same.worse, same.difference) == (0, 0, 0.0) and same.items == len(held(modeled))
    assert same.low < 0 < same.high


def test_the_interval_of_a_difference_leaves_out_zero_when_it_is_clear() -> None:
    assert interval(0, 0, 40)[0] < 0 < interval(0, 0, 40)[1]
    assert interval(3, 1, 40)[0] < 0
    assert interval(9, 1, 40)[0] > 0
    assert interval(1, 9, 40)[1] < 0
    low, high = interval(30, 10, 1000)
    assert low == pytest.approx(0.0075, abs=0.001) and high == pytest.approx(0.0323, abs=0.001)


def test_mistakes_of_several_labels_and_ratings_are_counted_by_what_was_missed_or_added(
    service: Any, admin: Any, add_texts: Add
) -> None:
    made = admin.client.projects.create(
        "Several", labels=["toxic", "threat", "rude"], task_type="multi_choice", holdout_share=0.4
    )
    words = {"toxic": "awful horrible", "threat": "hurt you soon", "rude": "shut up now"}
    made.items.add(
        [
            {"key": f"k{n}", "text": f"{words[name]} number {n}", "metadata": {"truth": name}}
            for n, name in enumerate(list(words) * 30)
        ],
        progress=False,
    )
    for item in made.queue.next(50):
        made.label(item, [item.metadata["truth"]])
    made.train()
    service.run_jobs()
    judged = held(made)
    first = judged[0]
    said = first.prediction["value"]
    made.label(first.key, [name for name in words if name not in said])
    found = made.mistakes(1)
    assert found.items[0].key == first.key
    assert {pair.truth for pair in found.pairs if pair.said is None} >= set(words) - set(said)
