"""How sure answers are, who is right how often, and who is asked again."""

from typing import Any

import numpy as np
import pytest

from labeler.client import ApiError, Project

Views = list[Project]


@pytest.fixture
def crowd(service: Any, project: Project) -> Views:
    """Four people; the last one answers at random in what follows."""
    people = [service.join(project, service.person("labeler")) for _ in range(4)]
    return [person.client.projects.get(project.slug) for person in people]


def say(crowd: Views, n: int, seed: int = 0) -> dict[str, str]:
    """Everybody labels n items; the first two are right nine times of ten, the third often, the last by chance."""
    rng = np.random.default_rng(seed)
    truth = {f"m{i}": ["spam", "ham"][rng.integers(2)] for i in range(n)}
    for view, accuracy in zip(crowd, (0.95, 0.95, 0.8, 0.5), strict=True):
        given = {
            key: one if rng.random() < accuracy else {"spam": "ham", "ham": "spam"}[one] for key, one in truth.items()
        }
        view.label_many(given)
    return truth


def of(project: Project) -> dict[str, Any]:
    return {row.item_key: row for row in project.answers()}


def test_answers_of_several_weigh_who_is_right_more_often(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    add_texts(60)
    project.change(settings={"overlap": 4})
    truth = say(crowd, 60)
    before = of(project)
    assert {row.method for row in before.values()} == {"majority"}
    service.run_jobs(kinds=("quality.estimate",))
    assert of(project) == before, "nobody has asked for an estimate yet"
    project.change(settings={"certainty": 0.9})  # as the clock does after a while
    service.run_jobs(kinds=("quality.estimate",))
    after = of(project)
    assert {row.method for row in after.values()} == {"dawid_skene"}
    right = sum(after[key].value == one for key, one in truth.items())
    assert right >= sum(before[key].value == one for key, one in truth.items()) and right >= 56
    for row in after.values():
        assert row.posterior[row.value] == pytest.approx(row.confidence, abs=1e-4)
        assert len(row.labels) == 4 and 0.5 <= row.confidence < 1
    split = [row for row in after.values() if row.agreement == 0.5]
    assert split and all(row.confidence > 0.5 for row in split)
    found = project.labelers()
    by_name = {row.name: row for row in found.items}
    rows = [by_name[view.client.me().user.name] for view in crowd]
    assert (found.method, rows[0].items, rows[0].gold, rows[0].labels) == ("dawid_skene", 60, 0, 60)
    assert rows[3].accuracy.high < rows[0].accuracy.low and rows[3].advice[0] == "often_wrong"
    assert all(row.accuracy.low <= row.accuracy.value <= row.accuracy.high for row in rows)
    assert rows[3].mixed_up[0].times > 5


def test_a_label_that_comes_later_is_weighed_at_once(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    add_texts(61)
    project.change(settings={"overlap": 4})
    say(crowd, 60)
    project.change(settings={"certainty": 0.9})
    service.run_jobs(kinds=("quality.estimate",))
    crowd[3].label("m60", "spam")
    first = of(project)["m60"]
    assert (first.value, first.method) == ("spam", "one_coin") and first.confidence < 0.7
    crowd[0].label("m60", "ham")
    then = of(project)["m60"]
    assert (then.value, then.agreement, then.contested) == ("ham", 0.5, True)
    assert then.confidence > 0.85 and then.posterior["spam"] < 0.15


def test_more_people_are_asked_until_the_answer_is_certain(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    add_texts(3)
    project.change(settings={"overlap": 2, "most_labels": 4, "certainty": 0.95})
    service.run_jobs()
    held = [view.queue.next(3) for view in crowd]
    assert sorted(len(items) for items in held) == [0, 0, 3, 3], "two for each item at first"
    two = [view for view, items in zip(crowd, held, strict=True) if items]
    others = [view for view in crowd if view not in two]
    for view, answers in zip(two, ("spam spam ham", "spam ham spam"), strict=True):
        for key, value in zip(("m0", "m1", "m2"), answers.split(), strict=True):
            view.label(key, value)
    assert project.progress().items.labeled == 1, "the one they agree on"
    assert {item.key for item in others[0].queue.next(3)} == {"m1", "m2"}
    others[0].label("m1", "spam")
    others[0].label("m2", "spam")
    assert {item.key for item in others[1].queue.next(3)} == {"m1", "m2"}, "two of three are not enough"
    others[1].label("m1", "spam")
    others[1].label("m2", "ham")
    assert project.progress().items.labeled == 3 and not any(view.queue.next(3) for view in crowd)
    project.change(settings={"most_labels": None})
    service.run_jobs()
    assert project.progress().items.labeled == 3


def test_a_share_of_the_items_gets_several_labels(service: Any, project: Project, crowd: Views, add_texts: Any) -> None:
    project.change(settings={"overlap": 2, "overlap_share": 0.25})
    add_texts(120)
    for view in crowd:
        while items := view.queue.next(20):
            view.label_many({item.key: "spam" for item in items})
    given = [len(row.labels) for row in of(project).values()]
    assert len(given) == 120 and set(given) == {1, 2} and 15 <= given.count(2) <= 45
    project.change(settings={"overlap_share": 1.0})
    service.run_jobs(kinds=("quality.recount",))
    assert project.progress().items.unlabeled == given.count(1)


def test_what_is_known_is_the_answer_and_people_are_held_against_it(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    add_texts(40)
    assert project.set_gold({f"m{n}": "ham" for n in range(35)}).set == 35
    assert {(row.value, row.promoted) for row in project.gold()} == {("ham", False)}
    assert {(row.value, row.method, row.confidence) for row in of(project).values()} == {("ham", "gold", 1.0)}
    crowd[0].label_many({f"m{n}": "ham" if n % 7 else "spam" for n in range(35)})
    crowd[3].label_many({f"m{n}": "ham" if n % 2 else "spam" for n in range(35)})
    assert {row.value for row in of(project).values()} == {"ham"}
    service.run_jobs(kinds=("quality.estimate",))
    rows = {row.name: row for row in project.labelers().items}
    good, bad = (rows[crowd[n].client.me().user.name] for n in (0, 3))
    assert (good.gold, bad.gold) == (35, 35)
    assert good.accuracy.value == pytest.approx(30 / 35, abs=0.04) and bad.accuracy.high < good.accuracy.value
    project.remove_gold(["m0"])
    assert of(project)["m0"].value == "spam" and of(project)["m1"].method == "gold"
    with pytest.raises(ApiError, match="not gold"):
        project.remove_gold(["m0"])
    with pytest.raises(ApiError, match="expected one of"):
        project.set_gold({"m1": "neither"})
    with pytest.raises(ApiError, match="no item"):
        project.set_gold({"nowhere": "ham"})
    with pytest.raises(ApiError, match="right to manage"):
        crowd[0].gold()


def test_gold_comes_among_the_others_once_for_each_and_is_not_recognizable(
    project: Project, crowd: Views, add_texts: Any
) -> None:
    add_texts(60)
    project.set_gold({f"m{n}": "ham" for n in range(6)})
    project.change(settings={"gold_rate": 0.5})
    golden = {f"m{n}" for n in range(6)}
    for view in crowd[:2]:
        seen: list[str] = []
        for _ in range(12):
            held = view.queue.next(2)
            assert all(set(item.model_dump()) == set(held[0].model_dump()) for item in held)
            assert "pick" not in held[0].model_dump()
            seen += [item.key for item in held]
            view.label_many({item.key: "spam" for item in held})
        assert len(seen) == len(set(seen)) == 24
        assert 3 <= len(golden & set(seen)) <= 6
    assert {row.value for row in project.answers() if row.item_key in golden} == {"ham"}


def test_certain_answers_become_gold(service: Any, project: Project, crowd: Views, add_texts: Any) -> None:
    add_texts(40)
    project.change(settings={"overlap": 4})
    truth = say(crowd, 40)
    project.change(settings={"certainty": 0.9})
    service.run_jobs(kinds=("quality.estimate",))
    sure = {row.item_key for row in project.answers() if row.confidence >= 0.98}
    would = project.promote_to_gold(confidence=0.98, most=1000, dry_run=True)
    assert (would.set, set(would.keys)) == (0, sure) and project.gold() == []
    assert project.promote_to_gold(confidence=0.98, most=5).set == 5
    assert all(row.promoted and truth[row.item_key] == row.value for row in project.gold())


@pytest.mark.parametrize(
    ("schema", "truth", "wrong"),
    [
        ({"task_type": "multi_choice", "labels": ["a", "b", "c"]}, ["a", "c"], ["b"]),
        ({"task_type": "rating", "scale": {"min": 1, "max": 5}}, 4, 1),
    ],
)
def test_sets_and_ratings_have_their_certainty_too(
    service: Any, admin: Any, schema: Any, truth: Any, wrong: Any
) -> None:
    project = admin.client.projects.create("Others", **schema, overlap=3)
    project.items.add([{"key": f"k{n}", "text": f"text {n}"} for n in range(40)], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(3)]
    rng = np.random.default_rng(0)
    for person, accuracy in zip(people, (0.95, 0.9, 0.3), strict=True):
        view = person.client.projects.get(project.slug)
        view.label_many({f"k{n}": truth if rng.random() < accuracy else wrong for n in range(40)})
    project.change(settings={"certainty": 0.9})
    service.run_jobs(kinds=("quality.estimate",))
    rows = list(project.answers())
    assert sum(row.value == truth for row in rows) >= 34
    assert all(0 < row.confidence <= 1 and row.posterior for row in rows)
    found = {row.id: row for row in project.labelers().items}
    assert found[people[2].id].accuracy.high < found[people[0].id].accuracy.low
    if "scale" in schema:
        assert {row.method for row in rows} == {"median"}
        assert all(row.posterior["low"] <= row.value <= row.posterior["high"] for row in rows)
        assert found[people[2].id].bias < -1
        known = [one.name for one in admin.client.answer_methods("rating")]
        assert known == ["auto", "mean", "median", "weighted_mean"]
    with pytest.raises(ApiError, match="no answer method"):
        project.change(settings={"answers": "median" if "labels" in schema else "dawid_skene"})
