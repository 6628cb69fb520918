"""The whole way of a question that several people, a rule and a language model answer: from noise to certain answers,
through a guideline that changes and a label that is split, to a dataset version that tells where each came from."""

import csv
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import shared_data
from language_models import Asked, Model, answering, language_model

from labeler.client import Project
from labeler.kit.config import Settings
from labeler.quality.estimating import want_estimate

LABELS = ["ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"]
RIGHT = (0.95, 0.9, 0.75)
MANY, WHEN = "how many", "when"
SPLIT = {"COUNT": {"words": ["how many", "how much"]}, "DATE": {"words": ["when", "what year"]}}
pytestmark = [
    pytest.mark.one_database,
    pytest.mark.skipif(not (shared_data.FOLDER / "trec6").exists(), reason="the questions may not be shipped"),
]


def questions(n: int) -> list[dict[str, str]]:
    with open(shared_data.FOLDER / "trec6" / "train.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return random.Random(5).sample(rows, n)


def finer(text: str, truth: str) -> str:
    """The answer after NUM was split."""
    if truth != "NUM":
        return truth
    return "DATE" if "when" in text.lower() or "year" in text.lower() else "COUNT"


@pytest.fixture
def model() -> Iterator[Model]:
    with language_model() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, model: Model) -> Settings:
    return settings.model_copy(update={"llm_allowed_hosts": f"http://{model.host}"})


def test_from_noise_to_certain_answers_and_a_version_that_tells_where_each_came_from(
    service: Any, admin: Any, model: Model
) -> None:
    project: Project = admin.client.projects.create("Questions", labels=LABELS, overlap=3, holdout_share=0)
    rows = questions(260)
    truth = {row["id"]: row["label"] for row in rows}
    text = {row["id"]: row["text"] for row in rows}
    project.items.add([{"key": row["id"], "text": row["text"]} for row in rows], progress=False)
    project.guidelines.publish("# Questions\n\n## NUM\n\nA number.\n", "first")
    people = [service.join(project, service.person("labeler")) for _ in RIGHT]
    views = [person.client.projects.get(project.slug) for person in people]
    for view in views:
        view.guidelines.acknowledge(1)
    first = [row["id"] for row in rows[:150]]
    for number, (view, sure) in enumerate(zip(views, RIGHT, strict=True)):
        dice = random.Random(number)
        said = {key: truth[key] if dice.random() < sure else dice.choice(LABELS) for key in first}
        view.label_many(said)
    _estimate(service, project)

    rule = project.heuristics.create("counts", "keyword", "NUM", pattern=MANY)
    service.run_jobs(kinds=("heuristics.match",))
    (rule,) = project.heuristics
    assert rule.state == "ready" and rule.hits and rule.accuracy.low is not None

    agreement = project.agreement()
    assert agreement.items == 150 and 0.4 < agreement.alpha.low < agreement.alpha.high < 1
    rated = {row.id: row for row in project.labelers().items}
    found = [rated[person.id].accuracy for person in people]
    assert all(one.low <= sure + 0.06 and one.high >= sure - 0.06 for one, sure in zip(found, RIGHT, strict=True))
    assert found[2].high < found[0].value

    queue = project.reviews.queue()
    assert queue.open and queue.items[0].confidence <= queue.items[-1].confidence
    for row in queue.items[:3]:
        project.reviews.fix(row.item_key, truth[row.item_key], "as the guideline says")
    right = [row.value == truth[row.item_key] for row in project.answers()]
    assert sum(right) / len(right) > 0.93, "three together are right more often than the best of them"

    project.guidelines.publish("# Questions\n\n## COUNT\n\nHow many.\n\n## DATE\n\nWhen.\n", "NUM was two things")
    for view in views:
        view.guidelines.acknowledge(2)
    new = [label for label in LABELS if label != "NUM"] + ["COUNT", "DATE"]
    project.change_schema(labels=new, mapping={"NUM": ["COUNT", "DATE"]}, split_hints=SPLIT, reason="two things")
    service.run_jobs(kinds=("campaigns.start",))
    (campaign,) = project.campaigns
    assert campaign.state == "running" and campaign.labels > campaign.items > 20, "each who said it is asked"
    while project.campaigns.get(campaign.id).state == "running":
        before = project.campaigns.get(campaign.id).left
        for view in views:
            for item in view.queue.next(50):
                if item.campaign == campaign.id:
                    view.label(item, finer(text[item.key], truth[item.key]))
        assert project.campaigns.get(campaign.id).left < before
    done = project.campaigns.get(campaign.id)
    changes = {(line.before, line.now): line.labels for line in done.report.changes}
    assert changes[("NUM", "COUNT")] > 5 and changes[("NUM", "DATE")] > 5
    assert sum(line.answered for line in done.report.by_labeler) == done.done == done.labels

    def say(asked: Asked) -> Any:
        (key,) = [key for key, words in text.items() if words == asked.item]
        return answering(finer(text[key], truth[key]))

    model.says = say
    llm = project.add_llm_labeler("Model", model.endpoint, "small", per_minute=60_000, blind_share=1.0)
    project.llms.run(llm.id, 60)
    service.run_jobs(kinds=("llm.run",))
    asked = [row.item_key for row in project.labels if row.kind == "llm"]
    assert len(asked) == 60 and not set(asked) & set(first)
    views[0].label_many({key: finer(text[key], truth[key]) for key in asked})
    measured = project.llms.get(llm.id).measured
    assert measured.judged == 60 and measured.accuracy.low > 0.9
    assert project.llms.change(llm.id, use="count").use == "count"

    service.run_jobs(kinds=("quality.recount",))
    _estimate(service, project)
    project.snapshot("after the split")
    service.run_jobs(kinds=("datasets.snapshot",))
    (version,) = project.datasets()
    exported = [json.loads(line) for line in project.client.request("GET", _export(project, version)).text.splitlines()]
    told = {row["key"]: row for row in exported if row.get("labels")}
    assert set(first) <= set(told) and len(exported) == 260
    for key in first:
        row = told[key]
        assert 0 < row["confidence"] <= 1 and row["method"] and len(row["labels"]) == 3
        assert {one["guideline_version"] for one in row["labels"]} <= {1, 2}
        assert len({str(one["labeler"]) for one in row["labels"]}) == 3
    again = [key for key in first if told[key]["label"] in ("COUNT", "DATE")]
    assert again and all(
        one["guideline_version"] == 2 and one["schema_version"] == 2
        for key in again
        for one in told[key]["labels"]
        if one["value"] in ("COUNT", "DATE")
    )


def _estimate(service: Any, project: Project) -> None:
    """As the clock does after a while."""
    service.db.write(want_estimate, project.info.id)
    service.run_jobs(kinds=("quality.estimate",))


def _export(project: Project, version: Any) -> str:
    return f"{project.path}/export?format=jsonl&dataset={version.version}"
