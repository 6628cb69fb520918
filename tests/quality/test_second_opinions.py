"""Who gets the items whose answer is not certain."""

from typing import Any

import numpy as np
import pytest

from labeler.client import Project


@pytest.fixture
def crowd(service: Any, project: Project) -> list[Project]:
    people = [service.join(project, service.person("labeler")) for _ in range(4)]
    return [person.client.projects.get(project.slug) for person in people]


def known(service: Any, project: Project, crowd: list[Project], accuracies: tuple[float, ...]) -> None:
    """Forty items that all label, so that it is known how often each is right."""
    project.change(settings={"overlap": 4})
    service.run_jobs()
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=40)
    for view, accuracy in zip(crowd, accuracies, strict=True):
        right = rng.random(40) < accuracy
        view.label_many({f"m{n}": ("spam", "ham")[int(truth[n] == right[n])] for n in range(40)})
    project.change(settings={"overlap": 2, "most_labels": 3})
    service.run_jobs(kinds=("quality.recount", "quality.estimate"))  # there is no model that could weigh anything


def test_they_go_to_who_is_right_more_often_and_wait_for_nobody(
    service: Any, project: Project, crowd: list[Project], add_texts: Any
) -> None:
    """Two good ones, two who guess, all known by forty items; then two disagree on three more."""
    add_texts(60)
    known(service, project, crowd, (0.97, 0.95, 0.6, 0.6))
    good, other, bad, worse = crowd
    for key in ("m40", "m41", "m42"):
        bad.label(key, "spam")
        worse.label(key, "ham")
    open_ones = {"m40", "m41", "m42"}
    assert {item.key for item in good.queue.next(3)} == open_ones
    good.label("m40", "spam")
    assert not open_ones & {item.key for item in bad.queue.next(5)}, "those who disagree have said what they think"
    assert {item.key for item in good.queue.next(2)} >= {"m41", "m42"}
    good.queue.release(good.queue.next(2))
    late = service.join(project, service.person("labeler"))
    newcomer = late.client.projects.get(project.slug)
    newcomer.queue.release(newcomer.queue.next(2))
    assert {item.key for item in other.queue.next(2)} == {"m41", "m42"}
    assert project.items.get("m40").answer.value == "spam" and project.items.get("m40").answer.confidence > 0.7


def test_where_nobody_else_is_left_everybody_gets_them(
    service: Any, project: Project, crowd: list[Project], add_texts: Any
) -> None:
    add_texts(44)
    known(service, project, crowd, (0.97, 0.95, 0.6, 0.6))
    crowd[0].label("m40", "spam")
    crowd[1].label("m40", "ham")
    for view in crowd[:2]:
        view.label_many({f"m{n}": "spam" for n in range(41, 44)})
    item = crowd[2].queue.next(5)[0]
    assert item.key == "m40", "the least certain one first"
