"""What the order of the queue saves is counted in a job, and told with its interval or not at all."""

from typing import Any

import pytest
from ordered_loans import in_order, rows, truth

from labeler.client import ApiError, Project
from labeler.wire.savings import Savings

TALLY = ("savings.tally",)


def counted(service: Any, project: Project) -> Savings:
    project.savings.count()
    (done,) = service.run_jobs(kinds=TALLY)
    assert done.state == "done", done
    return project.savings.get()


def test_it_is_counted_and_told_with_its_interval(service: Any, admin: Any) -> None:
    project = in_order(service, admin, 200, 600, holdout_share=0.5)
    assert project.savings.get().why == "not_counted"
    found = counted(service, project)
    assert (found.why, found.model, found.is_older) == (None, 1, False)
    assert found.drawn is not None and found.drawn >= 20
    assert found.ordered is not None and found.ordered >= 40
    needed, saved, so_far = found.needed, found.saved, found.so_far
    assert needed.value is not None and needed.low is not None and saved is not None and so_far is not None
    assert 1 <= needed.low <= needed.value <= (needed.high or 10_000)
    assert saved.labels.value == pytest.approx(found.drawn - needed.value, abs=0.01)
    assert so_far.labels.value == pytest.approx(found.ordered * (found.drawn / needed.value - 1), abs=0.01)
    if needed.high is not None:
        assert saved.labels.low == pytest.approx(found.drawn - needed.high, abs=0.01)
    assert [one.labels for one in found.curve] == sorted({one.labels for one in found.curve})
    assert found.score is not None and 0 <= found.score <= 1
    again = counted(service, project)
    assert (again.needed, again.curve) == (found.needed, found.curve), "the same model and labels say the same"
    assert "What the order of the queue saved" in project.model_card(1)


def test_too_few_labels_are_told_with_how_many_more(service: Any, admin: Any) -> None:
    project = in_order(service, admin, 50, 600, holdout_share=0.5)
    found = counted(service, project)
    assert found.why in ("few_holdout", "few_labels")
    assert found.more and found.more > 0
    assert (found.drawn, found.saved, found.so_far, found.verdict) == (None, None, None, None)


def test_labels_that_the_queue_did_not_choose_are_no_order_of_it(service: Any, admin: Any) -> None:
    labeled = [{**row, "label": truth(row)} for row in rows(600)[:400]]
    settings: dict[str, Any] = {"model": "logistic_regression", "retrain_every": 1000}
    project = admin.client.projects.create("Imported", labels=["paid", "lost"], **settings)
    project.items.add(labeled, progress=False)
    project.train()
    service.run_jobs()
    found = counted(service, project)
    assert found.why in ("few_holdout", "few_labels") and found.drawn is None


def test_without_a_model_it_says_what_to_do(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("New", labels=["paid", "lost"])
    assert project.savings.get().why == "no_model"
    with pytest.raises(ApiError) as refused:
        project.savings.count()
    assert refused.value.status == 409 and "no model yet" in str(refused.value)


def test_it_is_counted_by_itself_once_where_a_model_learned_since(service: Any, admin: Any) -> None:
    from labeler.savings.asking import sweep

    project = in_order(service, admin, 200, 600, holdout_share=0.5)
    service.run_jobs()
    service.db.write(sweep)
    (done,) = service.run_jobs(kinds=TALLY)
    assert done.state == "done"
    assert project.savings.get().drawn
    service.db.write(sweep)
    assert service.run_jobs(kinds=TALLY) == []


@pytest.mark.parametrize("task", ["multi_choice", "rating"])
def test_every_kind_of_question_has_it(service: Any, admin: Any, task: str) -> None:
    extra: dict[str, Any] = (
        {"labels": ["paid", "lost"], "task_type": task}
        if task == "multi_choice"
        else {"task_type": task, "scale": {"min": 1, "max": 5, "step": 1}}
    )
    project = admin.client.projects.create(task, retrain_every=1000, holdout_share=0.5, **extra)
    project.items.add(rows(600)[:400], progress=False)
    service.run_jobs()
    for _ in range(10):
        items = project.queue.next(20)
        values = {}
        for item in items:
            x = item.content["fields"]["x"]
            values[item.key] = ["paid"] if x > 0.3 else ["lost", "paid"] if x > 0.1 else ["lost"]
            if task == "rating":
                values[item.key] = 1 + round(4 * x)
        project.label_many(values)
    project.train()
    service.run_jobs(kinds=("training.train", "datasets.snapshot"))
    found = counted(service, project)
    assert found.drawn and found.curve and found.metric
