"""Candidates first: the queue of a large pool follows a new model before all items are scored."""

from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.items.tables import items
from labeler.kit.jobs.tables import jobs
from labeler.learning import loop
from labeler.queue.tables import queue_entries, queues, rankings
from labeler.training import early_selection as ahead


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE", 100)
    monkeypatch.setattr(ahead, "UNCERTAIN", 40)
    monkeypatch.setattr(ahead, "SAMPLED", 30)


def order(service: Any) -> list[Any]:
    """The order in force: ranking, its kind and model, and its items."""
    joined = queues.join(rankings, rankings.c.id == queues.c.ranking_id).join(
        queue_entries, queue_entries.c.ranking_id == rankings.c.id
    )
    columns = (rankings.c.id, rankings.c.kind, rankings.c.model_id, queue_entries.c.item_id)
    statement = sa.select(*columns).select_from(joined).order_by(queue_entries.c.rank)
    return list(service.db.read(lambda tx: tx.execute(statement).all()))


def label(project: Project, n: int) -> None:
    for _ in range(n):
        (item,) = project.queue.next(1)
        project.label(item, item.metadata["truth"])


def between_the_swaps(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Call act() when candidates are ranked and the pool is not scored yet."""
    scored = loop.predict

    def predict(pool: Any, problem: Any, learned: Any, positions: Any = None) -> Any:
        if positions is None:
            act()
        return scored(pool, problem, learned, positions)

    monkeypatch.setattr(loop, "predict", predict)


@pytest.mark.one_database
def test_candidates_are_in_the_queue_before_all_items_are_scored(
    service: Any, project: Project, add_texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_texts(300)
    label(project, 20)
    seen: list[Any] = []
    between_the_swaps(monkeypatch, lambda: seen.extend(order(service)))
    project.train()
    service.run_jobs()
    after = order(service)
    assert {(row.kind, row.model_id) for row in seen} == {("model", None)}
    assert 0 < sum(True for _ in seen) < len(after)
    assert len({row.id for row in after}) == 1 and after[0].id != seen[0].id and after[0].model_id is not None
    assert project.models()[0].number == 1


@pytest.mark.one_database
def test_the_second_round_looks_at_what_the_first_model_was_least_certain_of(
    service: Any, project: Project, add_texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_texts(300)
    label(project, 20)
    project.train()
    service.run_jobs()
    label(project, 5)
    monkeypatch.setattr(ahead, "SAMPLED", 0)
    chosen: list[Any] = []
    found = ahead.candidates
    monkeypatch.setattr(ahead, "candidates", lambda *given: chosen.append(found(*given)) or chosen[-1])
    project.train()
    service.run_jobs()
    assert 40 <= len(chosen[0]) <= 40 + 25


def test_labels_given_between_the_swaps_are_respected(
    service: Any, project: Project, add_texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_texts(300)
    label(project, 20)
    labeled: list[Any] = []

    def act() -> None:
        held = project.queue.next(3)
        for item in held:
            project.label(item, item.metadata["truth"])
        labeled.extend(held)

    between_the_swaps(monkeypatch, act)
    project.train()
    service.run_jobs()
    assert len(labeled) == 3
    keys = sa.select(items.c.id).where(items.c.key.in_([item.key for item in labeled]))
    ids = service.db.read(lambda tx: set(tx.execute(keys).scalars()))
    assert len(ids) == 3 and not ids & {row.item_id for row in order(service)}


@pytest.mark.one_database
def test_a_training_that_breaks_between_the_swaps_leaves_an_order_and_no_model(
    service: Any, project: Project, add_texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_texts(300)
    label(project, 20)

    def act() -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        between_the_swaps(broken, act)
        project.train()
        failed = [row for row in service.run_jobs() if row.kind == "training.train"][-1]
    assert failed.state == "failed" and not project.models()
    assert {row.model_id for row in order(service)} == {None} and project.queue.next(5)
    done = sa.select(sa.func.count()).where(jobs.c.kind == "training.train", jobs.c.state == "done")
    project.train()
    service.run_jobs()
    assert service.db.read(lambda tx: tx.execute(done).scalar_one()) >= 1 and project.models()
    assert {row.model_id for row in order(service)} != {None}
