"""Columns are weighed in a job, a model is trained again without one, and one can be left out for good."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from planted_columns import HOLDOUT, loans

from labeler.client import ApiError, Project
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.registry.service import newest_model
from labeler.training import dvc_stage
from labeler.wire.column_use import ColumnUse, ColumnWorth

LOOK, TRY = ("column_use.weigh",), ("column_use.try",)
Make = Callable[..., Project]


@pytest.fixture
def make(service: Any, admin: Any) -> Make:
    """A project of loans with a trained model."""

    def made(rows: Any = None, **settings: Any) -> Project:
        settings = {"model": "logistic_regression", "retrain_every": 1000, **settings}
        project = admin.client.projects.create("Loans", labels=["paid", "lost"], **settings)
        project.items.add(loans() if rows is None else rows, progress=False)
        train(service, project)
        return project

    return made


def train(service: Any, project: Project) -> int:
    project.train()
    service.run_jobs()
    return int(project.models(1)[0].number)


def looked(service: Any, project: Project, model: int | None = None) -> ColumnUse:
    project.columns.look(model)
    (done,) = service.run_jobs(kinds=LOOK)
    assert done.state == "done", done
    return project.columns.use(model)


def tried(service: Any, project: Project, column: str) -> Any:
    project.columns.try_without(column)
    (done,) = service.run_jobs(kinds=TRY)
    assert done.state == "done", done
    return next(one for one in project.columns.use().trials if one.column == column)


def by_name(found: ColumnUse) -> dict[str, ColumnWorth]:
    return {one.name: one for one in found.columns}


def test_useful_useless_doubled_and_telling_columns_are_told_apart(service: Any, make: Make) -> None:
    project = make(column_costs={"collector": 2.5, "wage": 1})
    before = project.columns.use()
    assert (before.why, before.looked, before.columns, before.model) == ("not_looked", None, [], 1)
    assert set(before.named) == {"income", "income_cents", "mood", "number", "country", "collector"}
    found = looked(service, project)
    assert found.why is None and found.looked is not None and found.looked.why is None
    assert (found.looked.holdout, found.looked.judged, found.looked.metric) == (HOLDOUT, HOLDOUT, "accuracy")
    columns = by_name(found)
    assert columns["collector"].verdict == "useful"
    assert [sign.sign for sign in columns["collector"].signs] == ["alone"]
    leak = columns["collector"].signs[0]
    assert leak.usual is not None and leak.usual < 0.7 < leak.low <= leak.value <= leak.high
    assert columns["mood"].verdict == columns["country"].verdict == "cant_tell"
    assert columns["country"].importance.value == 0, "it is the same everywhere"
    assert [sign.sign for sign in columns["number"].signs] == ["id"]
    assert not columns["income"].signs, "strong, and right"
    assert [sorted(group) for group in found.groups] == [["income", "income_cents"]]
    assert [one.other for one in columns["income"].same] == ["income_cents"]
    assert columns["income"].same[0].how == "rank"
    gain = columns["collector"].gain_per_cost
    importance = columns["collector"].importance
    assert importance.value is not None and gain.value == pytest.approx(importance.value / 2.5)
    assert columns["income"].gain_per_cost.value is None and found.unknown == ["wage"]
    for one in found.columns:
        figure = one.importance
        assert figure.value is not None and figure.low is not None and figure.high is not None
        assert figure.low <= figure.value <= figure.high and figure.low < figure.high
    again = looked(service, project)
    assert [one.importance for one in again.columns] == [one.importance for one in found.columns]


def test_a_column_is_left_out_after_its_worth_was_measured(service: Any, make: Make, tmp_path: Path) -> None:
    project = make()
    without = tried(service, project, "collector")
    assert (without.model, without.metric, without.n) == (1, "accuracy", HOLDOUT)
    low, value, high = without.difference.low, without.difference.value, without.difference.high
    assert low <= value <= high and value == pytest.approx(without.without - without.score)
    assert low < 0 and len(project.models()) == 1, "no model was made"
    useless = tried(service, project, "mood")
    assert useless.difference.low < 0 < useless.difference.high
    old = {row["key"]: row for row in [{"key": "new", "fields": loans()[0]["fields"]}]}
    project.promote(1)
    before = project.predict(list(old.values()))
    project.change(settings={"left_out_columns": ["collector"]})
    service.run_jobs()
    second = project.models(1)[0]
    assert second.metrics is not None and second.metrics["accuracy"]["value"] == pytest.approx(without.without)
    assert second.number == 2 and second.config["left_out_columns"] == ["collector"], "trained again by itself"
    assert "collector" not in [one["name"] for one in second.config["features"]["columns"]]
    assert project.predict(list(old.values())) == before, "the live one keeps what it learned with"
    project.promote(2)
    fields = dict(old["new"]["fields"])
    whole = project.predict([{"fields": fields}])
    del fields["collector"]
    assert project.predict([{"fields": fields}]) == whole, "it does not ask for it"
    for number in (1, 2):
        assert project.reproduce(number) is not None
        (done,) = service.run_jobs(kinds=("training.reproduce",))
        assert done.result["identical"], f"model {number}"
    row = service.db.read(newest_model, project.info.id)
    version = service.db.read(find_version, project.info.id, row.version)
    (tmp_path / "model.json").write_bytes(orjson.dumps(row.config))
    with Version(service.settings, project.info.id, version).folder() as data:
        assert dvc_stage.main(data, tmp_path / "model.json", tmp_path / "model") == 0, "also where the service is not"
    found = looked(service, project)
    assert "collector" not in by_name(found) and found.model == 2
    assert (found.left_out, found.model_left_out, found.unknown) == (["collector"], ["collector"], [])
    assert {one.column for one in project.columns.use(1).trials} == {"collector", "mood"}
    with pytest.raises(ApiError, match="no column that model 2 learned from") as refused:
        project.columns.try_without("collector")
    assert refused.value.status == 422


@pytest.mark.one_database
def test_what_is_missing_is_said_and_no_figure_is_told(service: Any, admin: Any, make: Make) -> None:
    few = make([*loans(140, 5), *[{**row, "key": f"o{row['key']}", "label": None} for row in loans(20, 20, seed=1)]])
    found = looked(service, few)
    assert found.looked is not None and (found.looked.why, found.looked.more) == ("few_holdout", 25)
    assert all(one.importance.value is None and one.verdict is None for one in found.columns)
    assert found.groups and any(one.signs for one in found.columns), "these need no holdout"
    with pytest.raises(ApiError, match="It takes 30 labeled holdout items to compare two models; there are 5"):
        few.columns.try_without("income")
    with pytest.raises(ApiError, match="no column that model 1 learned from"):
        few.columns.try_without("incom")
    with pytest.raises(ApiError) as missing:
        few.columns.look(77)
    assert missing.value.status == 404
    none = make(loans(120, 0))
    found = looked(service, none)
    assert found.looked is not None and (found.looked.why, found.looked.more) == ("no_holdout", 30)
    empty = admin.client.projects.create("Empty", labels=["paid", "lost"])
    assert empty.columns.use().why == "no_items"
    empty.items.add([{"key": "a", "fields": {"x": 1}}, {"key": "b", "fields": {"x": 2}}], progress=False)
    assert empty.columns.use().why == "no_model"
    with pytest.raises(ApiError, match="no model yet"):
        empty.columns.look()
    texts = admin.client.projects.create("Texts", labels=["paid", "lost"])
    texts.items.add([{"key": "a", "text": "one", "metadata": {"source": "x"}}], progress=False)
    assert texts.columns.use().why == "no_columns", "metadata are shown, and no model learns from them"
    with pytest.raises(ApiError, match="no columns"):
        texts.columns.look()


@pytest.mark.one_database
def test_settings_that_mean_nothing_are_refused_and_a_look_can_be_canceled(service: Any, make: Make) -> None:
    project = make()
    for wrong in (
        {"left_out_columns": [""]},
        {"left_out_columns": "mood"},
        {"left_out_columns": ["a\x00b"]},
        {"column_costs": {"mood": -1}},
        {"column_costs": {"mood": "much"}},
    ):
        with pytest.raises(ApiError) as refused:
            project.change(settings=wrong)
        assert refused.value.status == 422, wrong
    project.change(settings={"left_out_columns": ["wage", "mood"]})
    assert project.columns.use().unknown == ["wage"], "a column that no item has is told of, and harms nothing"
    service.run_jobs()
    job = project.columns.look()
    job.cancel()
    assert service.run_jobs(kinds=LOOK) == [] and project.columns.use().why == "not_looked"


@pytest.mark.one_database
def test_the_only_column_is_not_left_out(service: Any, admin: Any, make: Make) -> None:
    rows = [{**row, "fields": {"income": row["fields"]["income"]}} for row in loans()]
    project = make(rows)
    with pytest.raises(ApiError, match="only column"):
        project.columns.try_without("income")
    with pytest.raises(ApiError, match="Every column would be left out") as refused:
        project.change(settings={"left_out_columns": ["income"]})
    assert refused.value.status == 409 and project.columns.use().left_out == []
    before_items = admin.client.projects.create("Early", labels=["paid", "lost"], left_out_columns=["income"])
    before_items.items.add(rows, progress=False)
    service.run_jobs()
    training = before_items.progress().training
    assert training.state == "failed" and "every column is left out" in training.message


def test_labels_are_merged_and_a_model_is_pruned(service: Any, admin: Any) -> None:
    from labeler.projects.access import find_project
    from labeler.registry.artifacts import prune

    rows = loans()
    for place, row in enumerate(rows):
        if row["label"] == "paid" and place % 2:
            row["label"] = "early"
    project = admin.client.projects.create(
        "Loans", labels=["paid", "early", "lost"], model="logistic_regression", retrain_every=1000
    )
    project.items.add(rows, progress=False)
    train(service, project)
    before = by_name(looked(service, project))["collector"].importance
    project.change_schema(labels=["paid", "lost"], mapping={"early": "paid"}, reason="simpler")
    after = by_name(looked(service, project, 1))["collector"].importance
    assert before.value is not None and after.value is not None and after.value > before.value
    assert tried(service, project, "mood").n == HOLDOUT
    service.run_jobs()
    prune(service.settings, service.db.read(find_project, project.slug).id, set())
    for ask in (project.columns.look, lambda: project.columns.try_without("mood")):
        with pytest.raises(ApiError, match="Reproduce"):
            ask()


@pytest.mark.one_database
@pytest.mark.parametrize("task_type", ["rating", "multi_choice"])
def test_other_kinds_of_questions_have_their_own_metric(service: Any, admin: Any, task_type: str) -> None:
    rating = task_type == "rating"
    schema: dict[str, Any] = {"scale": {"min": 1, "max": 5}} if rating else {"labels": ["paid", "rich"]}
    project = admin.client.projects.create(task_type, task_type=task_type, retrain_every=1000, **schema)
    rows = loans(leak=False)
    for row in rows:
        income = row["fields"]["income"]
        row["label"] = (
            min(5, 1 + int(income // 2_000)) if rating else ["paid"] * (income > 4_000) + ["rich"] * (income > 7_000)
        )
    project.items.add(rows, progress=False)
    train(service, project)
    found = looked(service, project)
    assert found.looked is not None and found.looked.metric == ("mae" if rating else "macro_f1")
    columns = by_name(found)
    assert columns["mood"].verdict in ("cant_tell", "harmful")
    assert {columns["income"].verdict, columns["income_cents"].verdict} & {"useful"}
    trial = tried(service, project, "income")
    assert trial.difference.value == pytest.approx((1 if not rating else -1) * (trial.without - trial.score))


@pytest.mark.one_database
def test_of_more_columns_than_are_looked_at_the_others_are_named(
    service: Any, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labeler.column_use import looking

    monkeypatch.setattr(looking, "MOST_COLUMNS", 3)
    found = looked(service, make())
    assert set(by_name(found)) == {"collector", "income", "income_cents"}, "these tell most of the labels"
    assert found.looked is not None and found.looked.columns == 6
    assert set(found.looked.not_looked_at) == {"mood", "number", "country"}


@pytest.mark.one_database
def test_a_look_that_was_interrupted_goes_on_where_it_was(
    service: Any, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labeler.column_use import looking
    from labeler.kit.jobs.registry import JobRun

    project = make()
    weighed: list[str] = []
    real = looking.importance

    def counted(*about: Any) -> Any:
        weighed.append(about[3])
        return real(*about)

    monkeypatch.setattr(looking, "importance", counted)
    gave_way = iter([True])
    monkeypatch.setattr(JobRun, "others_wait", lambda self, seconds=0: next(gave_way, False))
    project.columns.look()
    first, second = service.run_jobs(kinds=LOOK)
    assert (first.state, second.state) == ("queued", "done") and first.result["known"]
    assert len(weighed) == len(set(weighed)) == len(project.columns.use().columns), "nothing was done twice"


def test_texts_have_no_columns_to_leave_out(project: Project) -> None:
    project.items.add([{"text": "see you at lunch"}], progress=False)
    with pytest.raises(ApiError, match="no columns"):
        project.change(settings={"left_out_columns": ["x"]})
