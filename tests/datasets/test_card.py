"""The card of a dataset version: what it says of how the data came about, and nothing where there is nothing to say."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from labeler.client import ApiError, Project
from labeler.datasets.repository import Repository


def snapshot(service: Any, project: Project) -> int:
    job = project.snapshot("a version")
    service.run_jobs()
    return int(job.refresh().result["version"])


def front(card: str) -> dict[str, Any]:
    _, head, _ = card.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def headings(card: str) -> list[str]:
    return [line.lstrip("# ") for line in card.splitlines() if line.startswith(("## ", "### "))]


def test_a_card_says_how_the_data_came_about(
    service: Any, project: Project, labelers: Any, add_texts: Callable[..., Any]
) -> None:
    add_texts(40)
    project.guidelines.publish("# Rules")
    for key in [f"m{n}" for n in range(12)]:
        project.label(key, "spam" if int(key[1:]) % 2 else "ham")
    second = labelers[0].client.projects.get(project.slug)
    second.guidelines.acknowledge(1)
    for n in range(6):
        second.label(f"m{n}", "ham")
    project.flag("m30", "Ambiguous")
    card = project.dataset_card(snapshot(service, project))
    about = front(card)
    assert about["task_categories"] == ["text-classification"] and about["size_categories"] == ["n<1K"]
    assert about["tags"] == ["active-learning", "choice", "text"] and "license" not in about
    folder = Repository(service.settings, project.info.id).data
    for config in about["configs"]:
        for one in config["data_files"]:
            assert list(folder.glob(one["path"])), one
    assert {"How the items were chosen", "Who labeled", "Under which version", "What was hard"} <= set(headings(card))
    assert "| person | 18 | 2 |" in card and "| guideline | 1 | 18 |" in card
    assert "Two labels of one item agree at 0.500 (95 % interval 0." in card
    assert "| 1 | 6 |" in card and "| 2 | 6 |" in card and "| Ambiguous | 1 |" in card


def test_what_there_is_nothing_of_is_left_out(service: Any, project: Project, add_texts: Callable[..., Any]) -> None:
    add_texts(5)
    card = project.dataset_card(snapshot(service, project))
    assert headings(card) == ["Labels", "Files", "Getting it"]
    assert front(card)["configs"][0]["config_name"] == "items"


def test_what_is_known_today_stands_below_what_the_version_says(
    service: Any, project: Project, add_texts: Callable[..., Any]
) -> None:
    rows = add_texts(80)
    project.label_many({row["key"]: row["metadata"]["truth"] for row in rows[:60]})
    project.train()
    service.run_jobs()
    project.label_errors.find()
    service.run_jobs()
    card = project.dataset_card(1)
    below = card[card.index("## What is known of the data on") :]
    assert "### Likely label errors" in below and "### Readiness for production" in below
    assert "### Drift" not in below and "### From addresses" not in below
    kept = (Repository(service.settings, project.info.id).data / "README.md").read_text()
    assert "What is known of the data" not in kept


@pytest.mark.parametrize(
    ("question", "category"),
    [
        ({"task_type": "multi_choice", "labels": ["a", "b"]}, "multi-label-classification"),
        ({"task_type": "rating", "scale": {"min": 1, "max": 3}}, "text-scoring"),
    ],
)
@pytest.mark.one_database
def test_other_tasks(service: Any, admin: Any, question: dict[str, Any], category: str) -> None:
    project = admin.client.projects.create("Others", **question)
    project.items.add([{"key": "k", "text": "one: {two} --- | three"}], progress=False)
    project.label("k", ["a"] if "labels" in question else 2)
    about = front(project.dataset_card(snapshot(service, project)))
    assert about["task_ids"] == [category]


def test_a_name_can_not_end_the_front_matter(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("x\n---\nlicense: mit # y", labels=["a", "b"])
    project.items.add([{"key": "k", "text": "t"}], progress=False)
    about = front(project.dataset_card(snapshot(service, project)))
    assert "license" not in about and "---" in about["pretty_name"]


def test_a_version_that_is_not_there_has_no_card(project: Project) -> None:
    with pytest.raises(ApiError) as unknown:
        project.dataset_card(7)
    assert unknown.value.status == 404
