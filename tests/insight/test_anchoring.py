"""How far people follow suggestions is measured by what they say where they see none."""

from typing import Any

import numpy as np
import pytest

from labeler.client import Project
from labeler.queue.suggestions import is_unshown

OTHER = {"spam": "ham", "ham": "spam"}


@pytest.fixture
def suggested(project: Project) -> dict[str, str]:
    """A model elsewhere says spam of half of 300 items; it is right on 7 of 10. What is right, by key."""
    rng = np.random.default_rng(3)
    truth, rows = {}, []
    for n in range(300):
        said = ["spam", "ham"][n % 2]
        truth[f"m{n}"] = said if rng.random() < 0.7 else OTHER[said]
        rows.append({"key": f"m{n}", "text": f"text {n}", "predictions": [{"value": said, "score": 0.9}]})
    project.items.add(rows, progress=False)
    project.change(settings={"show_suggestions": True, "unsuggested_share": 0.4})
    return truth


def label(view: Project, truth: dict[str, str], follows: float, most: int, seed: int = 5) -> int:
    """Somebody who is right, but takes so often what they see instead. Returns how many they were shown."""
    rng, shown, given = np.random.default_rng(seed), 0, 0
    while given < most and (items := view.queue.next(min(50, most - given))):
        answers = {}
        for item in items:
            seen = None if item.suggestion is None else item.suggestion["value"]
            shown += seen is not None
            answers[item.key] = seen if seen is not None and rng.random() < follows else truth[item.key]
        view.label_many(answers)
        given += len(answers)
    return shown


def test_who_takes_what_they_see_says_what_the_model_says_more_often_because_they_see_it(
    project: Project, labelers: list[Project], suggested: dict[str, str]
) -> None:
    assert project.anchoring().state == "too_few" and project.anchoring().more == 75
    shown = label(labelers[0], suggested, 0.8, 40)
    early = project.anchoring()
    assert early.state == "too_few" and early.more > 0 and early.difference.value is None
    assert (early.shown.labels, early.unshown.labels, early.shown.as_model.value) == (shown, 40 - shown, None)
    shown += label(labelers[0], suggested, 0.8, 260, seed=6)
    assert 140 < shown < 220
    project.set_gold(suggested)
    found = project.anchoring()
    assert (found.state, found.more, found.share) == ("told", 0, 0.4)
    assert (found.shown.labels, found.unshown.labels) == (shown, 300 - shown)
    for figure, true in (
        (found.shown.as_model, 0.7 + 0.8 * 0.3),
        (found.unshown.as_model, 0.7),
        (found.difference, 0.24),
        (found.unshown.right, 1.0),
        (found.right_difference, -0.24),
    ):
        assert figure.low - 0.02 <= true <= figure.high + 0.02 and figure.low <= figure.value <= figure.high
    assert {row.label for row in found.labels} == {"spam", "ham"}
    assert all(row.difference.low <= row.difference.value <= row.difference.high for row in found.labels)


def test_who_does_not_look_at_suggestions_is_not_said_to_follow_them(
    project: Project, labelers: list[Project], suggested: dict[str, str]
) -> None:
    label(labelers[0], suggested, 0.0, 300)
    found = project.anchoring()
    assert found.state == "could_be_chance" and found.difference.low < 0 < found.difference.high
    assert found.more is None or found.more > 0


def test_whether_it_is_shown_stays_the_same_for_an_item_and_a_labeler(
    project: Project, labelers: list[Project], suggested: dict[str, str]
) -> None:
    first = {item.key: item.suggestion is None for item in labelers[0].queue.next(40)}
    held = labelers[0].queue.next(40)
    assert 6 < sum(first.values()) < 30
    labelers[0].queue.release(held)
    again = {item.key: item.suggestion is None for item in labelers[0].queue.next(40)}
    assert again == first
    undone = labelers[0].undo(labelers[0].label(held[0], "spam").label.id).item
    assert (undone.suggestion is None) == first[undone.key]
    project.change(settings={"unsuggested_share": 0})
    labelers[0].queue.release(labelers[0].queue.next(40))
    assert all(item.suggestion for item in labelers[0].queue.next(40))


def test_nothing_is_said_where_nothing_is_suggested_or_always(project: Project, add_texts: Any) -> None:
    add_texts(3)
    assert project.anchoring().state == "off"
    project.change(settings={"show_suggestions": True, "unsuggested_share": 0})
    assert (project.anchoring().state, project.anchoring().more) == ("off", None)


def test_the_draw_is_even_and_of_no_pattern() -> None:
    drawn = np.array([[is_unshown(0, item, who, 0.1) for item in range(2_000)] for who in range(10)])
    assert abs(drawn.mean() - 0.1) < 0.01 and np.ptp(drawn.mean(axis=1)) < 0.03
    assert np.abs(np.corrcoef(drawn)[np.triu_indices(10, 1)]).max() < 0.1
