"""The checklists for production: what the service sees by itself, what people confirm, and the score."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from planted_columns import loans

from labeler.client import ApiError, Project
from labeler.readiness.lines import LINES, MEANINGS, meaning_of
from labeler.readiness.tables import readiness_confirmations
from labeler.wire.readiness import LISTS, Readiness, ReadinessLine

TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=90)


@pytest.fixture
def trained(service: Any, project: Project) -> Project:
    project.change(settings={"retrain_every": 1000, "model": "logistic_regression"})
    spam = [{"text": f"win a free prize number {n}", "label": "spam"} for n in range(40)]
    ham = [{"text": f"see you at dinner tonight {n}", "label": "ham"} for n in range(40)]
    project.items.add([*spam, *ham], progress=False)
    project.train()
    service.run_jobs()
    return project


def line(found: Readiness, name: str) -> ReadinessLine:
    return next(one for one in found.lines if one.name == name)


def test_every_list_has_seven_lines_each_with_a_name_of_its_own() -> None:
    assert [sum(line.list == one for line in LINES) for one in LISTS] == [7, 7, 7, 7]
    assert len({line.name for line in LINES}) == 28
    assert [meaning_of(score) for score in (0.0, 0.5, 1.5, 3.0, 4.0, 6.5)] == [words for _, words in MEANINGS]


def test_an_empty_project_has_no_points_and_says_what_is_missing(project: Project) -> None:
    found = project.readiness.get()
    assert (found.model, found.live, found.score) == (None, False, 0.0)
    assert not [one.name for one in found.lines if one.state == "holds"]
    assert line(found, "on_record").evidence == "There is no model yet."
    assert line(found, "expectations").evidence == "There are no items yet."


def test_the_service_sees_by_itself_what_it_can(trained: Project) -> None:
    found = trained.readiness.get()
    holding = {one.name for one in found.lines if one.state == "holds"}
    assert {"expectations", "on_record", "pipeline", "dependencies", "inputs"} <= holding
    assert not [one.name for one in found.lines if one.state == "fails"]
    assert line(found, "gate").evidence == "Nothing is required of models: each of them could go live."
    assert line(found, "rollback").evidence == line(found, "canary").evidence == "No model is live."
    assert found.points["monitoring"] == sum(one.points for one in found.lines if one.list == "monitoring")
    assert found.score == min(found.points.values())


def test_a_model_that_goes_live_is_looked_at_from_then_on(service: Any, trained: Project) -> None:
    trained.promote(1)
    assert line(trained.readiness.get(), "rollback").state == "open"
    assert line(trained.readiness.get(), "age").state == "holds"
    trained.train()
    service.run_jobs()
    trained.promote(2)
    found = trained.readiness.get()
    assert (found.model, found.live) == (2, True)
    assert line(found, "rollback").evidence == "Model 1 was live before, and its files are kept."
    trained.reproduce(2)
    service.run_jobs()
    again = line(trained.readiness.get(), "reproducible")
    assert again.state == "holds" and again.evidence.startswith("Model 2 was trained again: all of ")


def test_what_a_person_confirms_counts_half_or_whole_until_its_day(service: Any, trained: Project) -> None:
    before = trained.readiness.get()
    found = trained.readiness.confirm("allowed", "Contract 12 says so.", SOON)
    said = line(found, "allowed")
    assert (said.state, said.points) == ("holds", 0.5)
    assert said.confirmed is not None and said.confirmed.reason == "Contract 12 says so." and not said.confirmed.due
    assert found.points["data"] == before.points["data"] + 0.5
    whole = trained.readiness.confirm("allowed", "A program compares it.", SOON, automated=True)
    assert line(whole, "allowed").points == 1.0
    day = sa.update(readiness_confirmations).values(review_on=TODAY.isoformat())
    service.db.write(lambda tx: tx.execute(day))
    late = line(trained.readiness.get(), "allowed")
    assert (late.state, late.points) == ("open", 0.0) and late.confirmed is not None and late.confirmed.due
    assert line(trained.readiness.withdraw("allowed"), "allowed").confirmed is None


def test_nobody_vouches_for_what_the_service_sees_to_be_wrong(trained: Project) -> None:
    trained.change(settings={"requirements": {"conditions": [{"metric": "accuracy", "min": 1.0}]}})
    trained.promote(1, reason="It is urgent.", override=True)
    assert line(trained.readiness.get(), "gate").state == "fails"
    with pytest.raises(ApiError, match="It does not hold: The live model went live although") as refused:
        trained.readiness.confirm("gate", "We looked.", SOON)
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("name", "reason", "day", "status"),
    [
        ("no_such_line", "We looked.", SOON, 404),
        ("Allowed!", "We looked.", SOON, 422),
        ("allowed", "", SOON, 422),
        ("allowed", "We looked.", TODAY, 422),
        ("allowed", "We looked.", TODAY + timedelta(days=1000), 422),
        ("allowed", "x" * 2001, SOON, 422),
    ],
)
def test_what_makes_no_sense_is_refused(project: Project, name: str, reason: str, day: Any, status: int) -> None:
    with pytest.raises(ApiError) as refused:
        project.readiness.confirm(name, reason, day)
    assert refused.value.status == status
    assert not [one for one in project.readiness.get().lines if one.confirmed]


def test_what_nobody_confirmed_can_not_be_withdrawn(project: Project) -> None:
    with pytest.raises(ApiError, match="Nobody has confirmed this line") as refused:
        project.readiness.withdraw("allowed")
    assert refused.value.status == 404


def test_the_report_has_every_line_and_who_confirmed_it(trained: Project) -> None:
    trained.readiness.confirm("privacy", "Looked at | by the team.", SOON)
    report = trained.readiness.report()
    assert report.startswith("# SMS: readiness for production")
    assert sum(row.startswith(("| holds |", "| open |", "| fails |")) for row in report.splitlines()) == 28
    assert "Looked at \\| by the team." in report


def test_columns_and_the_way_of_predictions_are_read_where_they_were_looked_at(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Loans", labels=["paid", "lost"], retrain_every=1000)
    project.items.add(loans(leak=False), progress=False)
    project.train()
    service.run_jobs()
    names = ("useful_features", "feature_cost", "skew")
    assert [line(project.readiness.get(), name).state for name in names] == ["open"] * 3
    project.change(settings={"column_costs": {"mood": 0.5}})
    project.columns.look()
    project.test_pipeline()
    service.run_jobs(kinds=("column_use.weigh", "retraining.pipeline"))
    found = project.readiness.get()
    assert "can't be told from useless" in line(found, "useful_features").evidence
    assert "mood" in line(found, "feature_cost").evidence
    assert "asked as programs ask" in line(found, "skew").evidence
    assert line(found, "skew").state in ("holds", "open")


def test_a_text_has_no_columns_that_could_be_useless(trained: Project) -> None:
    assert line(trained.readiness.get(), "useful_features").state == "holds"
