"""What comes first: a further label of an item whose answer is not certain, or a new item."""

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.queue.tables import queue_entries, queues, rankings

Views = list[Project]
OTHER = {"spam": "ham", "ham": "spam"}


@pytest.fixture
def crowd(service: Any, project: Project) -> Views:
    people = [service.join(project, service.person("labeler")) for _ in range(3)]
    return [person.client.projects.get(project.slug) for person in people]


def known(service: Any, project: Project, crowd: Views, add_texts: Any) -> dict[str, str]:
    """Sixty messages, of which all three label forty: two are always right, the last one of ten times seven. Then one
    label each is asked, or more while it is not certain. Returns what is right."""
    truth = {row["key"]: row["metadata"]["truth"] for row in add_texts(60)}
    project.change(settings={"overlap": 3, "holdout_share": 0.0})
    wrong = np.random.default_rng(1).random(40) < 0.3
    for view in crowd[:2]:
        view.label_many({f"m{n}": truth[f"m{n}"] for n in range(40)})
    crowd[2].label_many({f"m{n}": OTHER[truth[f"m{n}"]] if wrong[n] else truth[f"m{n}"] for n in range(40)})
    project.change(settings={"overlap": 1, "most_labels": 3, "certainty": 0.99})
    service.run_jobs(kinds=("quality.recount", "quality.estimate"))
    return truth


def in_force(service: Any) -> tuple[str, list[Any]]:
    """The kind of the ranking in force, and who picked its items, in order."""
    joined = queues.join(rankings, rankings.c.id == queues.c.ranking_id).join(
        queue_entries, queue_entries.c.ranking_id == rankings.c.id
    )
    statement = sa.select(rankings.c.kind, queue_entries.c.pick).select_from(joined).order_by(queue_entries.c.rank)
    rows = service.db.read(lambda tx: tx.execute(statement).all())
    return rows[0].kind, [row.pick["by"] for row in rows]


def train(service: Any, project: Project) -> None:
    project.train()
    service.run_jobs()


def test_an_answer_that_the_model_doubts_comes_before_new_items_and_one_that_it_shares_after_them(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    truth = known(service, project, crowd, add_texts)
    good, other, often_wrong = crowd
    other.label("m40", OTHER[truth["m40"]])
    for n in range(41, 46):
        other.label(f"m{n}", truth[f"m{n}"])
    train(service, project)
    kind, by = in_force(service)
    assert kind == "weighed" and by[0] == "second_opinion"
    keys = [item.key for item in good.queue.next(20)]
    new = {f"m{n}" for n in range(46, 60)}
    assert keys[0] == "m40" and set(keys) == new | {f"m{n}" for n in range(40, 46)}
    assert len(new & set(keys[-3:])) == 0 and by.count("second_opinion") <= 3
    good.queue.release(good.queue.next(20))
    assert {item.key for item in often_wrong.queue.next(14)} == new, "who is right less often gets new ones first"


def test_an_item_that_was_just_labeled_waits_for_the_next_ranking(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    truth = known(service, project, crowd, add_texts)
    train(service, project)
    good, other, _ = crowd
    (asked,) = other.queue.next(1)
    other.label(asked.key, truth[asked.key])
    assert not project.items.get(asked.key).answer.confidence >= 0.99, "it wants one more"
    keys = [item.key for item in good.queue.next(20)]
    assert len(keys) == 20 and keys[-1] == asked.key


def test_before_a_model_has_weighed_them_all_come_first(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    truth = known(service, project, crowd, add_texts)
    for key in ("m40", "m41"):
        crowd[1].label(key, truth[key])
    assert {item.key for item in crowd[0].queue.next(2)} == {"m40", "m41"}


def test_when_nothing_new_is_left_everything_is_asked_until_it_is_certain_or_has_all_its_labels(
    service: Any, project: Project, crowd: Views, add_texts: Any
) -> None:
    truth = known(service, project, crowd, add_texts)
    train(service, project)
    for _ in range(30):
        held = [view.queue.next(5) for view in crowd]
        if not any(held):
            break
        for view, some in zip(crowd, held, strict=True):
            view.label_many({item.key: truth[item.key] for item in some})
        train(service, project)
    progress = project.progress().items
    assert progress.unlabeled == 0 and progress.labeled == 60
    given = {row.item_key: row for row in project.answers()}
    assert len(given) == 60
    assert all(len(row.labels) == 3 or row.confidence >= 0.99 for row in given.values())


def test_ratings_are_not_weighed(service: Any, admin: Any) -> None:
    scale = {"task_type": "rating", "scale": {"min": 1, "max": 5}}
    project = admin.client.projects.create("Grades", **scale, most_labels=3, holdout_share=0.0)
    rows = [{"key": f"k{n}", "text": f"{'good' if n % 2 else 'bad'} text {n}"} for n in range(40)]
    project.items.add(rows, progress=False)
    person = service.join(project, service.person("labeler")).client.projects.get(project.slug)
    person.label_many({f"k{n}": 5 if n % 2 else 1 for n in range(30)})
    train(service, project)
    assert in_force(service)[0] == "model"
