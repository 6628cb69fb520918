"""New items are compared with those that were there when the model learned, and what moved is told, with examples."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from drifting import german, known, usual

from labeler.client import ApiError, Project
from labeler.drift.asking import sweep
from labeler.kit.columns import clock
from labeler.kit.jobs.tables import jobs
from labeler.kit.outbox import outbox
from labeler.registry.artifacts import folder_of
from labeler.wire.drift import FEWEST, USUAL_BAR, Drift

COMPARE = ("drift.compare",)


@pytest.fixture
def project(project: Project) -> Project:
    project.change(settings={"retrain_every": 1000, "model": "logistic_regression"})
    return project


@pytest.fixture
def learned(service: Any, project: Project) -> Project:
    project.items.add(known(), progress=False)
    project.train()
    service.run_jobs()
    return project


def checked(service: Any, project: Project) -> Drift:
    project.drift.check()
    (done,) = service.run_jobs(kinds=COMPARE)
    assert done.state == "done", done
    return project.drift.get()


def test_without_a_model_or_with_few_new_items_it_says_what_is_missing(service: Any, project: Project) -> None:
    project.items.add(known(), progress=False)
    before = project.drift.get()
    assert (before.state, before.model, before.checked, before.open) == ("no_model", None, None, False)
    with pytest.raises(ApiError, match="no model yet") as refused:
        project.drift.check()
    assert refused.value.status == 409
    with pytest.raises(ApiError, match="no model yet"):
        project.drift.sample(5)
    project.train()
    service.run_jobs()
    project.items.add(german(10), progress=False)
    few = project.drift.get()
    assert (few.state, few.model, few.new, few.missing) == ("waiting", 1, 10, FEWEST - 10)
    with pytest.raises(ApiError, match="have to come first: 40") as refused:
        project.drift.check()
    assert refused.value.status == 409


def test_what_moved_is_told_with_examples_and_never_a_figure_without_its_uncertainty(
    service: Any, learned: Project
) -> None:
    future = {"date": "2999-01-01"}
    learned.items.add([{**row, "metadata": future} for row in [*usual(60), *german(60)]], progress=False)
    found = checked(service, learned)
    assert found.open and found.checked is not None and found.checked.alarm
    assert (found.checked.new, found.checked.before, found.unchecked) == (120, 240, 0)
    rows = service.db.read(lambda tx: tx.execute(sa.select(outbox).where(outbox.c.name == "drift.found")).all())
    assert [row.payload["new"] for row in rows] == [120] and "language" in rows[0].payload["moved"]
    signals = {one.name: one for one in found.checked.signals}
    assert set(signals) == {"length", "language", "unknown_words", "predicted", "content"}
    language = signals["language"]
    assert language.moved and language.now["german"].value == 0.5
    assert {one.key[0] for one in language.examples} == {"g"}, "the examples are those that moved"
    assert signals["content"].moved and {one.key[0] for one in signals["content"].examples} == {"g"}
    figures = [figure for one in signals.values() for figure in (one.effect, *one.then.values(), *one.now.values())]
    figures += [figure for one in found.checked.labels for figure in (one.then, one.now)]
    assert found.checked.labels and found.checked.no_labels is None
    assert all(one.low is not None and one.high is not None and one.low <= one.value <= one.high for one in figures)
    gone = [one.key for one in language.examples]
    learned.items.remove(keys=gone)
    service.run_jobs(kinds=("items.remove",))
    now = learned.drift.get().checked
    assert now is not None and not {one.key for signal in now.signals for one in signal.examples} & set(gone)


def test_at_rest_nothing_moves_and_a_check_takes_what_came_since_the_last(service: Any, learned: Project) -> None:
    learned.items.add(usual(60), progress=False)
    found = checked(service, learned)
    assert found.checked is not None and not found.checked.alarm and not found.open
    assert all(one.examples == [] for one in found.checked.signals)
    assert (found.state, found.new, found.unchecked, found.missing) == ("waiting", 60, 0, FEWEST)
    learned.items.add(german(FEWEST), progress=False)
    again = checked(service, learned)
    assert again.checked is not None and again.checked.new == FEWEST and again.open
    learned.label_many({f"g{number}": "ham" for number in range(5)})
    learned.train()
    service.run_jobs()
    new_model = learned.drift.get()
    assert (new_model.model, new_model.new, new_model.checked, new_model.open) == (2, 0, None, False)


def test_the_bar_and_ignoring_until_a_date(service: Any, learned: Project) -> None:
    learned.items.add([*usual(60), *german(60)], progress=False)
    assert checked(service, learned).open
    until = datetime.now(UTC) + timedelta(days=7)
    ignored = learned.drift.ignore_until(until)
    assert not ignored.open and ignored.ignored_by == "Admin 1" and ignored.ignored_until is not None
    assert ignored.checked is not None and ignored.checked.alarm, "what was found is still told"
    assert learned.drift.ignore_until(until - timedelta(days=8)).open, "a date that is over ignores nothing"
    assert learned.drift.ignore_until(None).open
    learned.drift.set_bar(1.0)
    learned.items.add([*usual(60, 60), *german(60, 100)], progress=False)
    found = checked(service, learned)
    assert found.bar == 1.0 and found.checked is not None and not found.checked.signals[0].moved
    assert learned.drift.set_bar(None).bar == USUAL_BAR
    for bar in (-0.1, 1.1, "x"):
        with pytest.raises(ApiError) as refused:
            learned.drift.set_bar(bar)  # type: ignore[arg-type]
        assert refused.value.status == 422


def test_a_sample_of_the_new_items_comes_with_the_next_batches(service: Any, learned: Project) -> None:
    learned.items.add(german(80), progress=False)
    assert learned.drift.sample(20).sampled == 20
    learned.train()
    service.run_jobs()
    asked: list[str] = []
    while learned.drift.get().sampled > 10:
        batch = learned.queue.next(10)
        assert batch, "what is wanted is in the queue"
        asked += [item.key for item in batch]
        learned.label_many({item.key: "ham" for item in batch})
    assert sum(key.startswith("g") for key in asked) >= 10
    with pytest.raises(ApiError) as refused:
        learned.drift.sample(501)
    assert refused.value.status == 422


def test_a_date_that_no_calendar_has_is_refused(project: Project) -> None:
    for when in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2101-01-01T00:00:00Z"):
        with pytest.raises(ApiError) as refused:
            project.drift.ignore_until(datetime.fromisoformat(when))
        assert refused.value.status == 422
    assert project.drift.get().ignored_until is None


@pytest.mark.one_database
def test_a_lost_model_file_leaves_the_rest_of_the_check(service: Any, learned: Project) -> None:
    learned.items.add([*usual(30), *german(60)], progress=False)
    project_id = service.db.read(lambda tx: tx.execute(sa.select(jobs.c.project_id)).scalars().first())
    (folder_of(service.settings, project_id, 1) / "model.skops").unlink()
    found = checked(service, learned).checked
    assert found is not None and found.not_predicted == "model_file" and found.no_labels == "few_labels"
    assert {one.name for one in found.signals} == {"length", "language", "unknown_words", "content"}
    assert found.no_meaning == "words_alone"


@pytest.mark.one_database
def test_of_a_table_each_field_is_compared(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Table", labels=["yes", "no"], model="logistic_regression")

    def rows(n: int, start: int, amount: float) -> list[dict[str, Any]]:
        return [
            {"key": f"r{number}", "fields": {"amount": amount + number % 7, "kind": "ab"[number % 2]}}
            for number in range(start, start + n)
        ]

    answers = [{**row, "label": "yes" if n % 2 else "no"} for n, row in enumerate(rows(60, 0, 0.0))]
    project.items.add([*answers, *rows(100, 60, 0.0)], progress=False)
    project.train()
    service.run_jobs()
    project.items.add(rows(60, 1000, 4.0), progress=False)
    found = checked(service, project).checked
    assert found is not None and found.alarm and found.no_meaning == "no_texts"
    moved = {one.name for one in found.signals if one.moved}
    assert "field:amount" in moved and "field:kind" not in moved and "length" not in moved
    (amount,) = (one for one in found.signals if one.name == "field:amount")
    assert (amount.then["median"].value or 0) + 3 < (amount.now["median"].value or 0)


@pytest.mark.one_database
def test_it_looks_by_itself_once_per_week(service: Any, learned: Project) -> None:
    def waiting() -> int:
        service.db.write(sweep)
        mine = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.kind.in_(COMPARE), jobs.c.state == "queued")
        return int(service.db.read(lambda tx: tx.execute(mine).scalar_one()))

    learned.items.add(usual(FEWEST - 1), progress=False)
    assert waiting() == 0, "too few came"
    learned.items.add(usual(1, FEWEST), progress=False)
    assert waiting() == 1 and waiting() == 1, "one that waits is the same"
    service.run_jobs(kinds=COMPARE)
    learned.items.add(usual(FEWEST, 2 * FEWEST), progress=False)
    assert waiting() == 0, "it looked this week"
    long_ago = sa.update(jobs).values(created_at=clock(-8 * 24 * 3600))
    service.db.write(lambda tx: tx.execute(long_ago))
    assert waiting() == 1


@pytest.mark.one_database
def test_who_reads_sees_it_and_may_not_act(service: Any, learned: Project) -> None:
    reader = service.join(learned, service.person("reader")).client.projects.get(learned.slug)
    assert reader.drift.get().state == "waiting"
    for act in (reader.drift.check, reader.drift.sample, lambda: reader.drift.set_bar(0.2)):
        with pytest.raises(ApiError) as refused:
            act()
        assert refused.value.status == 403


@pytest.mark.one_database
def test_what_somebody_asks_does_not_use_up_the_week(service: Any, learned: Project) -> None:
    learned.items.add(usual(FEWEST), progress=False)
    learned.drift.check()
    assert learned.drift.get().checking, "who opens the page meanwhile is told"
    service.run_jobs(kinds=COMPARE)
    assert not learned.drift.get().checking
    learned.items.add(usual(FEWEST, 2 * FEWEST), progress=False)
    service.db.write(sweep)
    assert learned.drift.get().checking
