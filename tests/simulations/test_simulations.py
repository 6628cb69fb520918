"""Strategies are simulated in a job, on the labels that are there, and told with what is not known."""

from typing import Any

import pytest
from ordered_loans import in_order, rows, truth

from labeler.client import ApiError, Project
from labeler.wire.simulations import Simulation

SIMULATE = ("simulations.simulate",)


def simulated(service: Any, project: Project, strategies: list[str], seeds: int = 2) -> Simulation:
    project.simulations.run(strategies, seeds)
    (done,) = service.run_jobs(kinds=SIMULATE)
    assert done.state == "done", done
    return project.simulations.get().simulations[0]


def test_strategies_are_simulated_and_told_with_intervals(service: Any, admin: Any) -> None:
    project = in_order(service, admin, 120, 300, holdout_share=0.2)
    before = project.simulations.get()
    assert (before.why, before.labels, before.more, before.simulations) == (None, 120, None, [])
    assert before.own in {one.name for one in before.choices}
    assert {"margin", "random"} <= {one.name for one in before.choices}
    assert not {"auto", "cost_aware", "most_likely_positive"} & {one.name for one in before.choices}
    found = simulated(service, project, ["margin", "entropy"])
    assert [one.name for one in found.strategies] == ["margin", "entropy", "random"]
    assert (found.labels, found.used, found.tested, found.pool, found.seeds) == (120, 120, 40, 80, 2)
    assert 0 < found.drawn_at_random < 120, "the holdout"
    assert found.drawn_at_random + found.chosen_by_queue == 120
    assert found.full.value and found.mark == pytest.approx(0.95 * found.full.value)
    for one in found.strategies:
        assert one.curve[0].labels == found.first == 10 and one.curve[-1].labels == 80
        assert one.curve[-1].score.value == pytest.approx(found.full.value)
        assert one.needed.low and one.needed.value and one.needed.high
        assert one.needed.low <= one.needed.value <= one.needed.high
    assert found.strategies[-1].fewer is None and found.strategies[-1].verdict is None
    fewer = {one.name for one in found.strategies if one.verdict == "fewer"}
    assert found.best in fewer if fewer else found.best is None
    again = simulated(service, project, ["margin", "entropy"])
    assert again.strategies == found.strategies, "the same labels and model say the same"
    assert [one.id for one in project.simulations.get().simulations] == [again.id, found.id]


def test_without_names_the_projects_own_strategy_is_simulated(service: Any, admin: Any) -> None:
    project = in_order(service, admin, 80, 300, holdout_share=0.2, strategy="entropy")
    assert [one.name for one in simulated(service, project, []).strategies] == ["entropy", "random"]


def test_imported_labels_are_neither_drawn_nor_chosen(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Old", labels=["paid", "lost"], holdout_share=0.1, retrain_every=1000)
    project.items.add([{**row, "label": truth(row)} for row in rows(150)], progress=False)
    project.train()
    service.run_jobs()
    found = simulated(service, project, ["margin"])
    assert found.chosen_by_queue == 0 and 0 < found.drawn_at_random < 60, "the holdout alone was drawn"


@pytest.mark.parametrize(
    ("names", "seeds", "said"),
    [
        (["oracle"], 3, '"oracle" is no strategy for this kind of question; there are auto, .*margin'),
        (["cost_aware"], 3, "a simulation counts labels"),
        (["margin", "entropy", "badge", "coreset", "cal"], 3, "At most 5 strategies"),
        (["margin"], 1, "seeds"),
        (["margin"], 11, "seeds"),
    ],
)
def test_what_can_not_be_simulated_is_refused(
    service: Any, admin: Any, names: list[str], seeds: int, said: str
) -> None:
    project = admin.client.projects.create("New", labels=["paid", "lost"])
    with pytest.raises(ApiError, match=said) as refused:
        project.simulations.run(names, seeds)
    assert refused.value.status == 422


def test_too_few_labels_and_no_model_are_told(service: Any, admin: Any) -> None:
    project = in_order(service, admin, 59, 300, holdout_share=0.2)
    found = project.simulations.get()
    assert (found.why, found.labels, found.more) == ("few_labels", 59, 1)
    with pytest.raises(ApiError, match="60 labels or more, and there are 59: label 1 more item\\.") as refused:
        project.simulations.run(["margin"])
    assert refused.value.status == 409
    items = project.queue.next(1)
    project.label_many({item.key: truth(item.content) for item in items})
    project.simulations.run(["margin"])
    (done,) = service.run_jobs(kinds=SIMULATE)
    assert done.state == "failed" and "train again" in done.error, "the model's version has 59"


def test_without_a_model_it_says_what_to_do(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("No model", labels=["paid", "lost"], retrain_every=1000)
    project.items.add([{**row, "label": truth(row)} for row in rows(70)], progress=False)
    service.run_jobs(kinds=("items.import",))
    assert project.simulations.get().why == "no_model"
    with pytest.raises(ApiError, match="no model yet") as refused:
        project.simulations.run(["margin"])
    assert refused.value.status == 409


def test_the_last_simulations_are_kept(service: Any, admin: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("labeler.simulations.jobs.KEPT", 2)
    project = in_order(service, admin, 60, 100, holdout_share=0.2)
    made_then = [simulated(service, project, ["random"]) for _ in range(3)]
    assert [one.best for one in made_then] == [None] * 3
    assert [one.id for one in project.simulations.get().simulations] == [made_then[2].id, made_then[1].id]


@pytest.mark.parametrize("task", ["multi_choice", "rating"])
def test_every_kind_of_question_has_it(service: Any, admin: Any, task: str) -> None:
    extra: dict[str, Any] = (
        {"labels": ["paid", "lost"], "task_type": task}
        if task == "multi_choice"
        else {"task_type": task, "scale": {"min": 1, "max": 5, "step": 1}}
    )
    project = admin.client.projects.create(task, retrain_every=1000, **extra)
    project.items.add(rows(100), progress=False)
    service.run_jobs()
    for _ in range(4):
        values: dict[str, Any] = {}
        for item in project.queue.next(20):
            x = item.content["fields"]["x"]
            values[item.key] = ["paid"] if x > 0.3 else ["lost", "paid"] if x > 0.1 else ["lost"]
            if task == "rating":
                values[item.key] = 1 + round(4 * x)
        project.label_many(values)
    project.train()
    service.run_jobs(kinds=("training.train", "datasets.snapshot"))
    found = simulated(service, project, [])
    full, last = found.full, found.strategies[0].curve[-1].score
    assert full.value is not None and full.low is not None and full.high is not None
    assert full.low <= full.value <= full.high and full == last
