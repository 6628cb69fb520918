"""Rules as managers write them, and what the service finds with them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.heuristics import jobs as heuristics_jobs
from labeler.heuristics import running
from labeler.heuristics.keep_up import keep_up
from labeler.heuristics.tables import heuristic_hits, heuristic_outdated
from labeler.items.tables import items
from labeler.queue.tables import queue_entries

Add = Callable[..., list[dict[str, Any]]]
RUN = ("heuristics.match",)


def one(project: Project, name: str) -> Any:
    return next(rule for rule in project.heuristics if rule.name == name)


def bring(service: Any, project: Project, data: str, **mapping: Any) -> int:
    form = {"mapping": json.dumps(mapping)}
    answer = project.client._http.post(f"{project.path}/imports", files={"file": ("a.csv", data.encode())}, data=form)
    assert answer.status_code == 202, answer.text
    service.run_jobs(kinds=("items.import",))
    return int(answer.json()["id"])


def caught_up(service: Any, project: Project) -> dict[str, int]:
    """What the schedule asks for, done; hits by rule."""
    service.db.write(keep_up)
    jobs = service.run_jobs(kinds=RUN)
    assert [(job.state, job.error) for job in jobs] == [("done", None)] * len(jobs)
    return {rule.name: rule.hits for rule in project.heuristics}


def test_rules_are_run_counted_and_judged_by_what_people_said(service: Any, project: Project, add_texts: Add) -> None:
    rows = add_texts(300)
    project.heuristics.create("cash", "keyword", "spam", pattern="cash reward")
    project.heuristics.create("claims", "expression", "ham", expression='lower(text).contains("claim")')
    project.heuristics.create("digits", "regex", "spam", pattern=r"\d{3,}")
    before = one(project, "cash")
    assert (before.state, before.hits, before.accuracy.value, before.advice) == ("counting", None, None, None)
    caught_up(service, project)
    cash = one(project, "cash")
    having = [row for row in rows if "cash reward" in row["text"]]
    assert (cash.state, cash.items, cash.hits) == ("ready", 300, len(having))
    assert cash.coverage == cash.overlap == cash.conflict == len(having) / 300 and cash.advice == "few_answers"
    for row in having[:5]:
        project.label(row["key"], "spam")
    project.label(having[5]["key"], "ham")
    cash = one(project, "cash")
    assert cash.judged == 6 and cash.accuracy.value == 5 / 6
    assert cash.accuracy.low < 5 / 6 < cash.accuracy.high
    together = project.heuristics.together
    assert together.judged == 6 and together.accuracy.low is not None
    assert project.progress().items.labeled == 6, "what rules say is nobody's label"
    project.label_many({row["key"]: "spam" for row in having[6:40]})
    assert one(project, "cash").advice == "reliable" and one(project, "claims").advice == "mostly_wrong"


def test_a_rule_written_while_others_are_counted_is_not_called_counted(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = add_texts(40)
    having = sum("claim" in row["text"] for row in rows)
    project.heuristics.create("cash", "keyword", "spam", pattern="cash reward")

    def and_another_is_written(run: Any, end: int) -> int:
        if done := running.step(run, end):
            return done
        monkeypatch.setattr(heuristics_jobs, "step", running.step)
        project.heuristics.create("claims", "keyword", "ham", pattern="claim")
        return 0

    monkeypatch.setattr(heuristics_jobs, "step", and_another_is_written)
    (only,) = service.run_jobs(most=1, kinds=RUN)
    assert only.state == "done"
    late = one(project, "claims")
    assert (late.state, late.hits) == ("counting", None)
    caught_up(service, project)
    late = one(project, "claims")
    assert (late.state, late.hits, having > 0) == ("ready", having, True)


def test_rules_keep_up_with_items_that_come_change_and_go(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PART", 7)  # many parts, as in a large project
    project.heuristics.create("mail", "field", "spam", field="source", op="equals", pattern="mail")
    lines = [f"k{n},text number {n},{['mail', 'web'][n % 2]}" for n in range(30)]
    named = {"key": "id", "text": "text", "metadata": ["source"]}
    bring(service, project, "\n".join(["id,text,source", *lines]), **named)
    assert caught_up(service, project) == {"mail": 15}
    assert caught_up(service, project) == {"mail": 15}, "nothing is new"
    project.items.add([{"key": f"n{n}", "text": f"new {n}", "metadata": {"source": "mail"}} for n in range(10)])
    assert caught_up(service, project) == {"mail": 25}
    other = "id,text,source\nk1,text number 1,mail\nk2,text number 2,web\nk3,text number 3,mail"
    changed = bring(service, project, other, **named, known_metadata="update")
    assert caught_up(service, project) == {"mail": 26}
    project.items.remove(import_id=changed)
    service.run_jobs(kinds=("items.remove",))
    assert caught_up(service, project) == {"mail": 25}
    replaced = bring(service, project, "id,text,source\nk4,other words,web", **named, known_items="update")
    assert caught_up(service, project) == {"mail": 24}
    project.items.remove(import_id=replaced)
    service.run_jobs(kinds=("items.remove",))
    assert caught_up(service, project) == {"mail": 25}, "what was replaced is there again"
    project.items.remove(keys=["n0", "n1"])
    service.run_jobs(kinds=("items.remove",))
    assert caught_up(service, project) == {"mail": 23}
    assert (
        service.db.read(lambda tx: tx.execute(sa.select(sa.func.count()).select_from(heuristic_outdated)).scalar()) == 0
    )


def test_a_rule_that_is_changed_off_or_gone_keeps_no_hits(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(60)
    rule = project.heuristics.create("milk", "keyword", "ham", pattern="milk")
    assert caught_up(service, project) == {"milk": 10}
    assert project.heuristics.change(rule.id, pattern="milk, lunch").state == "counting"
    assert caught_up(service, project) == {"milk": 20}
    off = project.heuristics.change(rule.id, active=False)
    assert (off.state, off.hits) == ("off", 20)
    project.items.add([{"key": "late", "text": "milk again"}], progress=False)
    assert caught_up(service, project) == {"milk": 20}, "what is off looks at nothing"
    assert project.heuristics.change(rule.id, pattern="milk").hits is None
    project.heuristics.change(rule.id, pattern="milk, lunch")
    project.heuristics.change(rule.id, active=True)
    assert caught_up(service, project) == {"milk": 21}
    project.heuristics.delete(rule.id)
    assert caught_up(service, project) == {} and list(project.heuristics) == []
    left = sa.select(sa.func.count()).select_from(heuristic_hits)
    assert service.db.read(lambda tx: tx.execute(left).scalar()) == 0
    assert project.heuristics.create("milk", "keyword", "ham", pattern="milk").name == "milk"
    trail = [entry["action"] for entry in project.client.get("/audit")["items"]]
    assert {"heuristic.created", "heuristic.changed", "heuristic.deleted"} <= set(trail)


def test_a_rule_that_asks_for_too_much_is_stopped_and_others_go_on(
    service: Any, project: Project, add_texts: Add
) -> None:
    add_texts(40)
    service.settings = service.settings.model_copy(update={"heuristic_seconds": 1})
    big = "[" + ",".join(["1"] * 140) + "]"
    slow = f"text.startsWith('urgent') && {big}.all(a, {big}.all(b, {big}.all(c, true)))"
    project.heuristics.create("slow", "expression", "spam", expression=slow)
    project.heuristics.create("milk", "keyword", "ham", pattern="milk")
    assert caught_up(service, project) == {"slow": None, "milk": 6}
    stopped = one(project, "slow")
    assert (stopped.state, stopped.active, stopped.off_reason) == ("stopped", False, "time")
    assert stopped.off_detail.startswith("Stopped after 1 s") and one(project, "milk").state == "ready"
    project.label(project.queue.next(1)[0], "ham")
    assert project.progress().items.labeled == 1, "labeling goes on"
    project.heuristics.change(stopped.id, expression="size(text) > 5", active=True)
    assert caught_up(service, project)["slow"] == 40 and one(project, "slow").off_reason is None


def test_a_rule_that_speaks_of_too_many_items_is_stopped(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(30)
    service.settings = service.settings.model_copy(update={"heuristic_hits": 20})
    project.heuristics.create("all", "regex", "ham", pattern=".")
    assert caught_up(service, project) == {"all": None}
    assert one(project, "all").off_reason == "hits"


def test_what_a_rule_says_follows_the_label_schema(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(12)
    for name, value in (("a", "spam"), ("b", "ham")):
        project.heuristics.create(name, "keyword", value, pattern="milk")
    caught_up(service, project)
    project.change_schema(labels=["junk", "fine"], mapping={"spam": "junk", "ham": None}, reason="other words")
    kept, stopped = one(project, "a"), one(project, "b")
    assert (kept.value, kept.active) == ("junk", True)
    assert (stopped.value, stopped.state, stopped.off_reason) == ("ham", "stopped", "schema")
    assert "has no ham any more" in stopped.off_detail
    with pytest.raises(ApiError, match="expected one of junk, fine"):
        project.heuristics.change(stopped.id, active=True)
    assert project.heuristics.change(stopped.id, value="fine", active=True).state == "counting"


@pytest.mark.parametrize(
    ("schema", "value", "answer", "other"),
    [
        ({"task_type": "rating", "scale": {"min": 1, "max": 5}}, 5, 5, 4),
        ({"task_type": "multi_choice", "labels": ["a", "b"]}, ["a"], ["a", "b"], ["b"]),
    ],
)
def test_rules_say_values_of_any_task_type(
    service: Any, admin: Any, schema: Any, value: Any, answer: Any, other: Any
) -> None:
    project = admin.client.projects.create("Any", **schema)
    project.items.add([{"key": f"k{n}", "text": f"some text {n}"} for n in range(4)], progress=False)
    project.heuristics.create("all", "keyword", value, pattern="text")
    caught_up(service, project)
    project.label("k0", answer)
    project.label("k1", other)
    rule = one(project, "all")
    assert (rule.judged, rule.accuracy.value, rule.value) == (2, 0.5, value)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"kind": "magic", "pattern": "x"}, "/kind", "no kind of heuristic"),
        ({"kind": "keyword"}, "/pattern", "is missing"),
        ({"kind": "regex", "pattern": "("}, "/pattern", "missing )"),
        ({"kind": "expression", "expression": "9**9"}, "/expression", "is not read"),
        ({"kind": "keyword", "pattern": "x", "value": "what"}, "/value", "expected one of spam, ham"),
        ({"kind": "keyword", "pattern": "x" * 1001}, "/pattern", "1000"),
        ({"kind": "regex", "pattern": "(.{1000}){1000}"}, "/pattern", "repetition"),
    ],
)
def test_a_rule_that_can_not_be_kept_names_its_fault(project: Project, body: Any, pointer: str, words: str) -> None:
    given = {"name": "r", "value": "spam", **body}
    for path in ("", "/try"):
        sent = given if not path else {name: part for name, part in given.items() if name != "name"}
        answer = project.client._http.post(f"{project.path}/heuristics{path}", json=sent)
        assert answer.status_code == 422, answer.text
        assert any(fault["pointer"] == pointer and words in fault["detail"] for fault in answer.json()["errors"])


@pytest.mark.one_database
def test_two_rules_have_two_names_and_missing_ones_are_not_found(project: Project) -> None:
    project.heuristics.create("r", "keyword", "spam", pattern="x")
    for call in (
        lambda: project.heuristics.create("r", "keyword", "ham", pattern="y"),
        lambda: project.heuristics.change(99999, active=False),
        lambda: project.heuristics.delete(99999),
    ):
        with pytest.raises(ApiError) as refused:
            call()
        assert refused.value.status in (404, 409)
    answer = project.client._http.patch(f"{project.path}/heuristics/{one(project, 'r').id}", json={})
    assert answer.status_code == 422


def test_a_rule_is_tried_before_it_is_kept(project: Project, add_texts: Add) -> None:
    rows = add_texts(60, split="train")
    project.label_many({row["key"]: row["metadata"]["truth"] for row in rows[:24]})
    tried = project.heuristics.attempt("keyword", "spam", pattern="cash, milk")
    assert (tried.looked, tried.hits, tried.coverage.value) == (60, 20, 1 / 3)
    assert (tried.judged, tried.accuracy.value) == (8, 0.5) and tried.accuracy.low is not None
    assert [one.right for one in tried.matching[:4]] == [False] * 4, "those where it is wrong come first"
    assert all("milk" in one.text for one in tried.matching[:4])
    assert [one.answer for one in tried.silent[:4]] == ["spam"] * 4, "those that it should have found come first"
    assert list(project.heuristics) == []
    failed = project.heuristics.attempt("expression", expression="metadata.price > 1")
    assert (failed.hits, failed.failed) == (0, 60) and "price" in (failed.reason or "")


def test_answers_suggest_rules(project: Project, add_texts: Add) -> None:
    rows = add_texts(120, split="train")
    assert project.heuristics.suggestions().items == []
    project.label_many({row["key"]: row["metadata"]["truth"] for row in rows})
    found = project.heuristics.suggestions()
    assert found.answers == 120 and {one.value for one in found.items} == {"spam", "ham"}
    first = found.items[0]
    assert first.found >= 5 and first.accuracy.low is not None
    assert first.coverage.value == pytest.approx(first.found / 120)
    project.heuristics.create(first.pattern, "keyword", first.value, pattern=first.pattern)
    assert first.pattern not in {one.pattern for one in project.heuristics.suggestions().items}


def test_items_of_which_rules_speak_are_asked_early_and_none_of_the_holdout(
    service: Any, project: Project, add_texts: Add
) -> None:
    add_texts(300)
    project.items.add([{"key": f"r{n}", "text": f"parcel {n} at the depot", "split": "train"} for n in range(4)])
    service.run_jobs()
    project.heuristics.create("depot", "keyword", "ham", pattern="depot")
    project.heuristics.create("parcel", "regex", "spam", pattern="parcel [01]")
    jobs = [job for job in service.run_jobs() if job.kind == "training.coverage"]
    assert jobs[-1].result["spoken"] == 4
    joined = queue_entries.join(items, items.c.id == queue_entries.c.item_id)
    statement = sa.select(items.c.key, items.c.split, queue_entries.c.pick).select_from(joined)
    rows = service.db.read(lambda tx: tx.execute(statement.order_by(queue_entries.c.rank)).all())
    asked = [row.key for row in rows if row.split == "train"]
    assert {"r0", "r1"} <= set(asked[:6]), "what rules contradict each other about"
    assert {"r2", "r3"} <= set(asked[:6])
    picks = {row.key: row.pick for row in rows}
    assert picks["r0"] == {"by": "heuristics"}
    assert {row.pick["by"] for row in rows if row.split == "holdout"} == {"holdout"}
    assert project.progress().items.labeled == 0 and not project.models()


def test_an_erased_project_leaves_no_rules(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(20)
    project.heuristics.create("milk", "keyword", "ham", pattern="milk")
    caught_up(service, project)
    other = project.client.projects.create("Gone", labels=["a"])
    other.heuristics.create("new", "keyword", "a", pattern="x")
    other.items.add([{"key": "k", "text": "x"}], progress=False)
    other.delete()
    service.run_jobs(kinds=RUN)
    service.db.write(keep_up)
    assert service.run_jobs(kinds=RUN) == [], "nothing is run in a project that was deleted"
    project.delete(erase=True)
    service.run_jobs(kinds=("projects.erase",))
    for table in (heuristic_hits, running.heuristics):
        counted = sa.select(sa.func.count()).select_from(table).where(table.c.project_id == project.info.id)
        assert service.db.read(lambda tx, counted=counted: tx.execute(counted).scalar()) == 0
