"""Slices fill themselves, and every model is measured on each."""

from typing import Any

import pytest
from sample_texts import texts

from labeler.client import ApiError, Project


@pytest.fixture
def project(project: Project) -> Project:
    """60 holdout items with a label, half of them of one region, 40 others, and 5 holdout items without a label."""
    project.change(settings={"retrain_every": 1000})
    rows = texts(105)
    for number, row in enumerate(rows):
        row["metadata"]["region"] = "EU" if number % 2 else "US"
        row["split"] = "holdout" if number < 60 or number >= 100 else "train"
        if number < 100:
            row["label"] = row["metadata"]["truth"]
    project.items.add(rows, progress=False)
    return project


def trained(service: Any, project: Project) -> int:
    service.run_jobs()
    project.train()
    service.run_jobs()
    return int(project.models(1)[0].number)


def scored(project: Project, number: int) -> dict[str, Any]:
    return {one.name: one for one in project.model(number).slices}


def test_each_model_is_measured_on_every_slice(service: Any, project: Project) -> None:
    half = project.slices.create("Europe", {"metadata": {"region": "EU"}})
    project.slices.create("Holdout", {"split": "holdout"})
    project.slices.create("Nowhere", "nosuchwordanywhere")
    project.slices.create("Trained on", {"split": "train"})
    assert half.items == 52
    number = trained(service, project)
    found = scored(project, number)
    whole = (project.model(number).metrics or {})["macro_f1"]
    assert (found["Holdout"].labels, found["Holdout"].items, found["Holdout"].why) == (60, 65, None)
    assert found["Holdout"].metrics["macro_f1"].model_dump() == {
        name: whole[name] for name in ("value", "low", "high")
    }, "the slice of everything says what the report says"
    assert found["Europe"].labels == 30 and found["Europe"].right.low <= found["Europe"].right.value
    assert (found["Nowhere"].why, found["Nowhere"].right.value) == ("empty", None)
    assert (found["Trained on"].why, found["Trained on"].metrics) == ("empty", {})
    card = project.model_card(number)
    assert "## Slices of the holdout" in card and "| Nowhere | 0 | not measured | not measured |" in card


def test_the_worst_comes_first_and_those_without_a_figure_last(service: Any, project: Project) -> None:
    for name, query in (
        ("None", "nosuchwordanywhere"),
        ("EU", {"metadata": {"region": "EU"}}),
        ("Spam", {"label": "spam"}),
    ):
        project.slices.create(name, query)
    number = trained(service, project)
    found = project.model(number).slices
    shares = [one.right.value for one in found if one.right.value is not None]
    assert shares == sorted(shares)
    assert found[-1].name == "None"


def test_few_labels_give_no_figure(service: Any, project: Project) -> None:
    keys = [item.key for item in project.items.find(split="holdout", labeled=True)]
    few = keys[:5]
    project.items.remove(keys=[key for key in keys if key not in few])
    service.run_jobs()
    project.slices.create("Five", {"split": "holdout"})
    number = trained(service, project)
    (one,) = project.model(number).slices
    assert (one.why, one.labels, one.right.value, one.metrics) == ("too_few", 5, None, {})
    project.items.remove(keys=few)
    number = trained(service, project)
    (one,) = project.model(number).slices
    assert (one.why, one.labels) == ("no_holdout", 0)


def test_a_slice_fills_itself_and_what_was_measured_stays(service: Any, project: Project) -> None:
    made = project.slices.create("Asia", {"metadata": {"region": "Asia"}})
    assert made.items == 0
    first = trained(service, project)
    rows = [
        {"key": f"a{n}", "text": f"message {n}", "metadata": {"region": "Asia"}, "split": "holdout", "label": "ham"}
        for n in range(12)
    ]
    project.items.add(rows, progress=False)
    assert [one.items for one in project.slices] == [12]
    second = trained(service, project)
    assert scored(project, first)["Asia"].why == "empty"
    late = scored(project, second)["Asia"]
    assert (late.labels, late.why, late.metrics) == (12, None, {}) and late.right.value is not None
    project.slices.remove(made.id)
    (left,) = project.model(second).slices
    assert left.removed and left.labels == 12


def test_a_new_slice_is_measured_on_the_newest_model(service: Any, project: Project) -> None:
    number = trained(service, project)
    project.slices.create("Europe", {"metadata": {"region": "EU"}})
    assert scored(project, number)["Europe"].why == "not_run"
    service.run_jobs()
    assert scored(project, number)["Europe"].labels == 30


def test_a_label_that_is_renamed_or_split(service: Any, project: Project) -> None:
    project.slices.create("Spam", {"label": "spam"})
    before = next(iter(project.slices)).items
    project.change_schema(labels=["junk", "ham"], mapping={"spam": "junk"}, reason="shorter")
    (renamed,) = project.slices
    assert (renamed.query.label, renamed.items, renamed.label_gone) == ("junk", before, False)
    project.change_schema(labels=["a", "b", "ham"], mapping={"junk": ["a", "b"]}, reason="finer")
    service.run_jobs()
    (gone,) = project.slices
    assert (gone.label_gone, gone.items) == (True, 0)
    project.label_many({item.key: "a" for item in project.items.find(unlabeled=True, split="train")})
    assert scored(project, trained(service, project))["Spam"].why == "label_gone"


def test_a_condition_on_a_slice(service: Any, project: Project) -> None:
    made = project.slices.create("Europe", {"metadata": {"region": "EU"}})
    number = trained(service, project)
    project.change(requirements={"conditions": [{"metric": "accuracy", "min": 0.999, "slice": "Europe"}]})
    (one,) = project.model(number).requirements
    score = scored(project, number)["Europe"]
    assert (one.value, one.low, one.slice) == (score.metrics["accuracy"].value, score.metrics["accuracy"].low, "Europe")
    assert one.state in ("open", "fails")
    with pytest.raises(ApiError, match='accuracy on slice "Europe"'):
        project.promote(number)
    with pytest.raises(ApiError) as unknown:
        project.change(requirements={"conditions": [{"metric": "accuracy", "min": 0.9, "slice": "Mars"}]})
    assert unknown.value.errors[0]["pointer"] == "/settings/requirements/conditions/0/slice"
    for wrong in ({"metric": "age_days", "max": 3}, {"metric": "recall", "label": "spam", "min": 0.1}):
        with pytest.raises(ApiError) as refused:
            project.change(requirements={"conditions": [wrong | {"slice": "Europe"}]})
        assert refused.value.status == 422
    project.slices.remove(made.id)
    assert [(one.gone, one.state) for one in project.model(number).requirements] == [(True, "unknown")]


def test_bad_input(project: Project) -> None:
    made = project.slices.create("Words", "free")
    assert made.query.q == "free"
    for query in (
        {},
        {"label": "spma"},
        {"split": "middle"},
        {"min": 3},
        {"model_differs": True},
        {"min": 3, "max": 1},
    ):
        with pytest.raises(ApiError) as refused:
            project.slices.create("Bad", query)
        assert refused.value.status == 422, query
    with pytest.raises(ApiError) as taken:
        project.slices.create("Words", "other")
    assert taken.value.status == 409
    with pytest.raises(ApiError) as unknown:
        project.slices.remove(999)
    assert unknown.value.status == 404


def test_items_are_found_by_their_metadata(project: Project) -> None:
    found = list(project.items.find(metadata={"region": "EU"}))
    assert len(found) == 52 and {item.metadata["region"] for item in found} == {"EU"}
    assert len(list(project.items.find(metadata={"region": "EU"}, split="train"))) == 20
    with pytest.raises(ApiError) as refused:
        project.client.get(project.items.path, metadata="region")
    assert refused.value.status == 422
