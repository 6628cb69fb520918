"""On what terms people label: what their answers cost, how many they give at most, and which items they can answer."""

from typing import Any

import pytest
from sample_texts import texts

from labeler.client import ApiError, Project


@pytest.fixture
def people(labelers: list[Project], project: Project) -> list[int]:
    """The two labelers' ids, in a project with texts of two languages."""
    rows = texts(24)
    for number, row in enumerate(rows):
        row["metadata"] = {"language": "de" if number % 4 == 0 else "en"} if number < 20 else {}
    project.items.add(rows, progress=False)
    names = {member.name: member.user_id for member in project.members if member.role == "labeler"}
    return [names[name] for name in sorted(names)]


def languages(items: list[Any]) -> set[Any]:
    return {item.metadata.get("language") for item in items}


def test_nobody_gets_more_than_they_answer_in_a_day_and_is_told_so(
    project: Project, labelers: list[Project], people: list[int]
) -> None:
    project.set_terms(people[0], per_day=3)
    mine = labelers[0]
    held = mine.queue.next(10)
    assert len(held) == 3
    first = mine.label(held[0], "ham").label
    mine.label(held[0].key, "spam")  # a correction is no further answer
    assert mine.label(held[1], "ham", next=10).items == held[2:]
    last = mine.label(held[2], "ham", next=10)
    assert (last.items, last.limit) == ([], "day")
    assert mine.queue.next(5) == []
    mine.undo(last.label.id)
    assert [item.key for item in mine.queue.next(5)] == [held[2].key]
    assert first.id and len(labelers[1].queue.next(50)) > 10
    with pytest.raises(ApiError, match="labeler"):
        labelers[0].set_terms(people[0], per_day=100)


def test_no_more_are_lent_than_were_agreed_in_all(project: Project, labelers: list[Project], people: list[int]) -> None:
    project.set_terms(people[0], in_all=2, per_day=50)
    for item in labelers[0].queue.next(50):
        answer = labelers[0].label(item, "ham", next=1)
    assert (answer.items, answer.limit) == ([], "in_all")
    project.set_terms(people[0])
    assert len(labelers[0].queue.next(4)) == 4


def test_items_come_to_those_who_have_the_skill_they_ask_for(
    project: Project, labelers: list[Project], people: list[int]
) -> None:
    project.change(settings={"skill_field": "language", "gold_rate": 0.5})
    project.set_gold({f"m{number}": "ham" for number in (0, 4, 1, 2)})
    project.set_terms(people[0], skills=["de", "fr"])
    mine = labelers[0].queue.next(50)
    assert languages(mine) == {"de", None} and len(mine) == 9
    for item in mine:
        answer = labelers[0].label(item, "ham", next=1)
    assert (answer.items, answer.limit) == ([], "skills")
    others = labelers[1].queue.next(50)
    assert languages(others) >= {"en"} and len(others) >= 15


def test_what_answers_have_cost_is_told_to_managers(
    project: Project, labelers: list[Project], people: list[int]
) -> None:
    project.set_terms(people[0], works_as="crowd", cost_per_label=0.05)
    project.set_terms(people[1], works_as="contractor", cost_per_hour=36)
    for mine in labelers:
        for number, item in enumerate(mine.queue.next(4)):
            mine.label(item, "ham", elapsed_ms=10_000)
            if number == 0:
                mine.label(item.key, "spam", elapsed_ms=5_000)
    rows = {row.id: row for row in project.labelers().items}
    assert rows[people[0]].cost == pytest.approx(0.2) and rows[people[0]].terms.works_as == "crowd"
    assert rows[people[1]].cost == pytest.approx(36 * 45 / 3600)
    assert project.labelers().cost == pytest.approx(0.2 + 0.45)
    project.members.remove(people[0])  # their work stays, and so does what it cost
    left = {row.id: row for row in project.labelers().items}[people[0]]
    assert (left.labels, left.active, left.cost) == (4, False, pytest.approx(0.2))


def test_terms_are_of_people_in_the_project_and_make_sense(
    service: Any, admin: Any, project: Project, people: list[int]
) -> None:
    assert project.terms(people[0]).model_dump(exclude_defaults=True) == {"labeler_id": people[0]}
    said = project.set_terms(people[0], skills=["de", " de ", "en"], per_day=5, utc_offset=120)
    assert said == project.terms(people[0]) and said.skills == ["de", "en"]
    stranger = service.person("labeler")
    for wrong, who in (
        ({"cost_per_label": 1, "cost_per_hour": 1}, people[0]),
        ({"works_as": "robot"}, people[0]),
        ({"per_day": 0}, people[0]),
        ({"skills": ["a\x00"]}, people[0]),
        ({}, stranger.id),
        ({}, 10**9),
    ):
        with pytest.raises(ApiError) as caught:
            project.set_terms(who, **wrong)
        assert caught.value.status in (404, 422), wrong
    assert project.terms(people[0]) == said
