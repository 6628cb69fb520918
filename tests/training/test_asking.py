"""What is asked next: how often the holdout, and at what cost in time."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.items.tables import items
from labeler.queue.tables import queue_entries

Add = Callable[..., list[dict[str, Any]]]


def label(project: Project, n: int) -> None:
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(n)})


def holdout_places(service: Any, n: int) -> float:
    """The holdout's share of the queue's first n places."""
    joined = queue_entries.join(items, items.c.id == queue_entries.c.item_id)
    statement = sa.select(items.c.split).select_from(joined).order_by(queue_entries.c.rank).limit(n)
    splits = service.db.read(lambda tx: tx.execute(statement).scalars().all())
    return splits.count("holdout") / len(splits)


@pytest.mark.one_database
def test_a_wide_interval_brings_more_of_the_holdout(service: Any, project: Project, add_texts: Add) -> None:
    project.client.patch(
        project.path, json={"settings": {"holdout_share": 0.2, "target": {"metric": "accuracy", "value": 0.98}}}
    )
    add_texts(1000)
    service.run_jobs()
    assert 0.12 < holdout_places(service, 200) < 0.28
    for _ in range(8):
        label(project, 25)
    project.train()
    service.run_jobs()
    assert 30 <= project.models()[0].holdout_size < 80
    assert holdout_places(service, 200) > 0.3


def test_what_is_quickly_labeled_is_asked_first_if_that_is_wanted(service: Any, project: Project) -> None:
    project.client.patch(project.path, json={"settings": {"strategy": "cost_aware", "holdout_share": 0}})
    rows = []
    for number in range(120):
        nobody_can_tell = " ".join(f"word{number}x{place}" for place in range(40 if number % 4 < 2 else 2))
        truth = "spam" if number % 2 else "ham"
        rows.append({"key": f"m{number}", "text": nobody_can_tell, "metadata": {"truth": truth}})
    project.items.add(rows, progress=False)
    service.run_jobs()
    for item in project.queue.next(30):
        words = len(item.content["text"].split())
        project.label(item, item.metadata["truth"], elapsed_ms=1000 + 400 * words)
    project.train()
    service.run_jobs()
    lengths = [len(item.content["text"].split()) for item in project.queue.next(20)]
    assert sum(length < 10 for length in lengths) >= 18
