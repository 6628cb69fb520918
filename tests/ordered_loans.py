"""Loans that were labeled in the order of the queue: easy where a field is far from its bar, and hard near it."""

from typing import Any

from labeler.client import Project


def rows(n: int) -> list[dict[str, Any]]:
    return [
        {"key": f"k{place}", "fields": {"x": ((place * 7919) % n) / n, "y": ((place * 104_729) % n) / n}}
        for place in range(n)
    ]


def truth(content: Any) -> str:
    return "paid" if content["fields"]["x"] > 0.3 else "lost"


def in_order(service: Any, admin: Any, labels: int, items: int, **settings: Any) -> Project:
    """A project in which so many labels were given in the queue's order, and a model."""
    settings = {"model": "logistic_regression", "retrain_every": 1000, **settings}
    project: Project = admin.client.projects.create("Loans", labels=["paid", "lost"], **settings)
    project.items.add(rows(items), progress=False)
    service.run_jobs()
    left = labels
    while left:
        found = project.queue.next(min(20, left))
        project.label_many({item.key: truth(item.content) for item in found})
        left -= len(found)
    project.train()
    service.run_jobs(kinds=("training.train", "datasets.snapshot"))
    return project
