"""What people reach on the holdout, by the metrics of models."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("schema", "same", "other", "primary"),
    [
        ({"task_type": "choice", "labels": ["a", "b"]}, "a", "b", "accuracy"),
        ({"task_type": "multi_choice", "labels": ["a", "b", "c"]}, ["a", "c"], ["a"], "micro_f1"),
        ({"task_type": "rating", "scale": {"min": 1, "max": 5}}, 4, 2, "mae"),
    ],
)
def test_one_persons_labels_are_held_against_the_others(
    service: Any, admin: Any, schema: Any, same: Any, other: Any, primary: str
) -> None:
    project = admin.client.projects.create("Level", **schema, overlap=3, holdout_share=0.5)
    project.items.add([{"key": f"k{n}", "text": f"text {n}"} for n in range(60)], progress=False)
    held = [item.key for item in project.items.find(split="holdout", limit=100)]
    assert project.human_level().metrics == {} and project.human_level().labels == 0
    people = [service.join(project, service.person("labeler")) for _ in range(3)]
    for place, person in enumerate(people):
        view = person.client.projects.get(project.slug)
        view.label_many({f"k{n}": other if place == 2 and n % 5 == 0 else same for n in range(60)})
    found = project.human_level()
    assert (found.items, found.labels) == (len(held), 3 * len(held))
    odd = sum(int(key[1:]) % 5 == 0 for key in held)
    estimate = found.metrics[primary]
    if primary == "accuracy":
        # Who is alone is wrong; each of the other two is held against one who agrees and one who does not.
        assert estimate["value"] == pytest.approx(1 - odd / (3 * len(held)), abs=2 * odd / (3 * len(held)))
    assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert all("log" not in name for name in found.metrics)
