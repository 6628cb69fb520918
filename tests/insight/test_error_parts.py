"""Where a model's error comes from: what is known, what is not and why, on projects of every kind."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.registry.artifacts import folder_of
from labeler.registry.tables import model_versions
from labeler.wire.error_parts import ErrorPart, ErrorParts

Add = Callable[..., list[dict[str, Any]]]


def by_name(found: ErrorParts) -> dict[str, ErrorPart]:
    return {one.name: one for one in found.parts}


def why(found: ErrorParts) -> dict[str, tuple[str | None, int | None]]:
    return {one.name: (one.why, one.more) for one in found.parts}


def train(service: Any, project: Project) -> int:
    project.train()
    service.run_jobs()
    return project.models()[0].number


def keys(project: Project, split: str) -> list[str]:
    return sorted(item.key for item in project.items.find(split=split, limit=400))


@pytest.fixture
def pool(project: Project, add_texts: Add) -> dict[str, Any]:
    """240 messages with what they are, by key; two of five are in the holdout."""
    project.change(settings={"holdout_share": 0.4})
    return {row["key"]: row["metadata"]["truth"] for row in add_texts(240)}


def test_what_is_missing_is_said_while_the_holdout_has_few_labels(
    service: Any, project: Project, pool: Mapping[str, Any]
) -> None:
    project.label_many({key: pool[key] for key in keys(project, "train")[:40]})
    number = train(service, project)
    nothing = project.error_parts(number)
    assert why(nothing)["irreducible"] == ("few_twice", 30) and why(nothing)["variance"] == ("no_holdout", 30)
    assert nothing.largest == [] and nothing.labels is None and nothing.metric == "accuracy"
    project.label_many({key: pool[key] for key in keys(project, "holdout")[:5]})
    number = train(service, project)
    few = project.error_parts(number)
    assert why(few)["variance"] == why(few)["overfitting"] == ("few_holdout", 25)
    assert {one.name: one.n for one in few.levels}["training"] == 40
    assert all(one.value is None and one.low is None for one in few.parts)
    with pytest.raises(ApiError) as unknown:
        project.error_parts(99)
    assert unknown.value.status == 404


def test_one_label_in_the_whole_holdout_is_no_trouble(service: Any, project: Project, pool: Mapping[str, Any]) -> None:
    held = [key for key in keys(project, "holdout") if pool[key] == "spam"]
    project.label_many({key: pool[key] for key in [*held, *keys(project, "train")[:40]]})
    found = by_name(project.error_parts(train(service, project)))["variance"]
    assert found.value == pytest.approx(0, abs=0.05) and found.low is not None and found.low < 0


SEVERAL = ["rain", "wind", "sun"]
KINDS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "choice": ({"labels": ["spam", "ham"]}, ["spam", "ham"]),
    "multi_choice": ({"labels": SEVERAL}, [["rain"], ["wind", "sun"], ["sun"]]),
    "rating": ({"scale": {"min": 1, "max": 5}}, [2, 4, 5]),
}


@pytest.mark.parametrize("task_type", sorted(KINDS))
def test_the_parts_of_every_kind_of_question(service: Any, admin: Any, task_type: str) -> None:
    """Two people label everything; the second one is wrong on one of five, which no model can know."""
    schema, values = KINDS[task_type]
    project = admin.client.projects.create(task_type, task_type=task_type, overlap=2, holdout_share=0.4, **schema)
    words = ["prize cash claim", "lunch milk dinner", "coach cup goal"]
    n, kinds = 180, len(values)
    project.items.add([{"key": f"k{i}", "text": f"{words[i % kinds]} {i}"} for i in range(n)], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(2)]
    for place, person in enumerate(people):
        off = {i: int(place == 1 and i % 5 == 0) for i in range(n)}
        view = person.client.projects.get(project.slug)
        view.label_many({f"k{i}": values[(i + off[i]) % kinds] for i in range(n)})
    number = train(service, project)
    found = project.error_parts(number)
    parts = by_name(found)
    known = [parts[name] for name in ("irreducible", "bias", "variance")]
    for one in known:
        assert one.why is None and one.n > 30
        assert one.low is not None and one.value is not None and one.high is not None
        assert -1 <= one.low <= one.value <= one.high <= 1 and (one.low < one.high or one.value == 0)
    assert known[0].low is not None and known[0].low > 0, "they disagree"
    assert why(found)["overfitting"] == ("no_choice", None)
    levels = {one.name: one for one in found.levels}
    assert sum(one.value or 0 for one in known) == pytest.approx(levels["validation"].value)
    report = project.model(number).report
    assert report is not None and set(report["training"]) >= {found.metric}


def test_what_was_labeled_since_it_was_chosen_tells_whether_the_choice_fits_the_holdout(
    service: Any, project: Project, pool: Mapping[str, Any]
) -> None:
    held, rest = keys(project, "holdout"), keys(project, "train")
    project.label_many({key: pool[key] for key in [*rest[:40], *held[:35]]})
    train(service, project)
    project.change(settings={"model": "logistic_regression"})
    number = train(service, project)
    assert why(project.error_parts(number))["overfitting"] == ("few_since", 30)
    swapped = {"spam": "ham", "ham": "spam"}
    project.label_many({key: swapped[pool[key]] if n % 2 else pool[key] for n, key in enumerate(held[35:70])})
    found = project.error_parts(number)
    overfitting = by_name(found)["overfitting"]
    assert overfitting.value == pytest.approx(17 / 35, abs=0.06) and overfitting.low is not None
    assert overfitting.low > 0 and found.largest == ["overfitting"]
    assert {one.name: one.n for one in found.levels} == {"training": 40, "validation": 35, "fresh": 35}
    again = train(service, project)
    assert {one.name: one.n for one in project.error_parts(again).levels}["fresh"] == 35, "nothing was chosen since"
    project.promote(again)
    assert why(project.error_parts(again))["overfitting"] == ("few_since", 30), "to let it go live is a choice"


@pytest.mark.one_database
def test_how_many_more_labels_halve_the_variance_is_told_by_the_learning_curve(
    service: Any, project: Project, pool: Mapping[str, Any]
) -> None:
    held, swapped = keys(project, "holdout"), {"spam": "ham", "ham": "spam"}
    project.label_many({key: pool[key] for key in keys(project, "train")[:80]})
    project.label_many({key: swapped[pool[key]] if n % 3 == 0 else pool[key] for n, key in enumerate(held[:60])})
    number = train(service, project)
    alone = project.error_parts(number)
    assert (by_name(alone)["variance"].value or 0) > 0.2 and alone.labels is None, "one point is no curve"
    row = service.db.read(lambda tx: tx.execute(sa.select(model_versions)).one())
    kept = {name: value for name, value in row._mapping.items() if name != "id"}

    def earlier(place: int, labels: int, score: float) -> dict[str, Any]:
        estimate = {"value": score, "low": score - 0.05, "high": score + 0.05, "n": 60}
        metrics = kept["metrics"] | {"metrics": kept["metrics"]["metrics"] | {"accuracy": estimate}}
        return kept | {"number": 100 + place, "trained_on": labels, "metrics": metrics}

    scores = [(5, 0.05), (10, 0.25), (20, 0.4), (40, 0.55)]
    rows = [earlier(place, labels, score) for place, (labels, score) in enumerate(scores)]
    service.db.write(lambda tx: tx.execute(sa.insert(model_versions), rows))
    assert project.error_parts(number).labels is None, "later models are not of its curve"
    renumbered = sa.update(model_versions).where(model_versions.c.id == row.id).values(number=200)
    service.db.write(lambda tx: tx.execute(renumbered))
    folder_of(service.settings, project.info.id, number).rename(folder_of(service.settings, project.info.id, 200))
    told = project.error_parts(200).labels
    assert told is not None and 0 < told.low <= told.labels <= (told.high or told.labels)


def test_a_model_of_an_earlier_schema_says_so(service: Any, project: Project, pool: Mapping[str, Any]) -> None:
    project.label_many({key: pool[key] for key in [*keys(project, "train")[:40], *keys(project, "holdout")[:35]]})
    number = train(service, project)
    before = project.error_parts(number).parts
    project.change_schema(labels=["spam", "ham", "news"], reason="one more")
    assert project.error_parts(number).parts == before, "answers are read as they were"
    project.change_schema(labels=["junk", "ham", "news"], mapping={"spam": "junk"}, reason="shorter")
    assert why(project.error_parts(number))["variance"] == ("older_schema", None)


@pytest.mark.one_database
def test_a_model_without_its_files_or_its_training_error_says_so(
    service: Any, project: Project, pool: Mapping[str, Any]
) -> None:
    project.label_many({key: pool[key] for key in [*keys(project, "train")[:40], *keys(project, "holdout")[:35]]})
    number = train(service, project)
    row = service.db.read(lambda tx: tx.execute(sa.select(model_versions.c.metrics)).scalar_one())
    old = {name: one for name, one in row.items() if name != "training"}
    service.db.write(lambda tx: tx.execute(sa.update(model_versions).values(metrics=old)))
    assert why(project.error_parts(number))["variance"] == ("not_measured", None)
    (folder_of(service.settings, project.info.id, number) / "proba.npy").unlink()
    gone = project.error_parts(number)
    assert why(gone)["variance"] == ("pruned", None) and gone.largest == []
