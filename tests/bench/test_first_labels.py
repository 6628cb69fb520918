"""The first labels with three keywords a label and without: items asked until a model has seen every label.

Through the service's own loop, its jobs done after every five labels. The keywords were written from the labels'
meanings alone, before anything was measured.
"""

import statistics
from typing import Any

import pytest
import shared_data
from test_learning_loop import SEEDS, accuracy, rows_of

from labeler.learning.trained_model import TrainedModel
from labeler.registry.artifacts import folder_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(5400)]
AT_ONCE, MOST = 5, 100
KEYWORDS = {
    "ABBR": ["abbreviation", "acronym", "stand for"],
    "DESC": ["why", "how do", "mean"],
    "ENTY": ["animal", "color", "what kind of"],
    "HUM": ["who", "president", "inventor"],
    "LOC": ["where", "city", "country"],
    "NUM": ["how many", "how much", "when"],
}


def first_labels(service: Any, seed: int, keywords: dict[str, list[str]]) -> tuple[int, float]:
    """Items asked until every label is among those to train on, and the accuracy after 25 items."""
    rows, test = rows_of("trec6", "train"), rows_of("trec6", "test")
    truth = {row["id"]: row["label"] for row in rows}
    labels = [{"name": name, "keywords": keywords.get(name, [])} for name in sorted(KEYWORDS)]
    admin = service.person("admin").client
    project = admin.projects.create(f"first {seed} {len(keywords)}", labels=labels, seed=seed)
    project.items.add([{"key": row["id"], "text": row["text"]} for row in rows], progress=False)
    service.run_jobs()
    held_out = {item.key for item in project.items.find(split="holdout", limit=200)}
    asked, complete, score, seen = 0, None, None, set()
    while asked < MOST and (complete is None or score is None):
        for item in project.queue.next(AT_ONCE):
            asked += 1
            project.label(item, truth[item.key])
            if item.key not in held_out:
                seen.add(truth[item.key])
            if complete is None and len(seen) == len(KEYWORDS):
                complete = asked
        project.train()
        service.run_jobs()
        if asked == 25:
            model = project.models(1)[0]
            folder = folder_of(service.settings, project.info.id, model.number)
            score = accuracy(TrainedModel.load(folder, model.sha256), test)
    return complete or MOST, score or 0.0


@pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the data sets are not here")
def test_keywords_bring_every_label_early(service: Any, report: Any) -> None:
    runs = {
        name: [first_labels(service, seed, words) for seed in SEEDS]
        for name, words in (("with", KEYWORDS), ("without", {}))
    }
    figures = {}
    for name, results in runs.items():
        figures[f"items_{name}"] = [complete for complete, _ in results]
        figures[f"mean_{name}"] = statistics.fmean(complete for complete, _ in results)
        figures[f"accuracy_at_25_{name}"] = round(statistics.fmean(score for _, score in results), 3)
    report.add("trec6, items until every label was seen, keywords", **figures)
    assert figures["mean_with"] < figures["mean_without"]
