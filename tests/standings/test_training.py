"""Newcomers get gold items first, learn after each what is right, and get the queue once enough are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.accounts.tokens import make_token
from labeler.client import ApiError, Project
from labeler.client.errors import BY_TYPE
from labeler.kit.outbox import outbox
from labeler.labels.tables import current_labels, labels
from labeler.queue.tables import leases

Trained = Callable[..., list[Any]]
NotPassed, Paused = BY_TYPE["training-not-passed"], BY_TYPE["labeler-paused"]


@pytest.fixture(autouse=True)
def training(project: Project, gold: dict[str, str]) -> None:
    project.change(settings={"training_items": 10, "gold_rate": 0})


def standing(project: Project, view: Project) -> Any:
    me = view.client.me().user.id
    return next(row for row in project.standings if row.labeler.id == me)


def events(service: Any) -> list[dict[str, Any]]:
    rows = sa.select(outbox.c.payload).where(outbox.c.name == "labeler.standing").order_by(outbox.c.id)
    return [dict(row) for row in service.db.read(lambda tx: tx.execute(rows).scalars().all())]


def test_each_answer_is_told_right_or_not_and_the_queue_comes_when_enough_are_right(
    service: Any, project: Project, newcomer: Project, gold: dict[str, str], trained: Trained
) -> None:
    told = trained(8, 2)
    asked = [one.label.item_key for one in told]
    assert len(set(asked)) == 10 and set(asked) <= set(gold), "gold alone, each once"
    assert [one.feedback.right for one in told] == [True] * 8 + [False] * 2
    for one in told:
        assert (one.feedback.expected, one.feedback.note) == (
            gold[one.label.item_key],
            f"Because of {one.label.item_key}",
        )
    counts = [(one.training.answered, one.training.right, one.training.of) for one in told]
    assert counts == [(n, min(n, 8), 10) for n in range(1, 11)]
    assert [one.training.state for one in told] == ["training"] * 9 + ["passed"] and told[-1].training.needed == 8
    got = newcomer.queue.next(50)
    assert len(got) == 48 and not any(item.training for item in got) and not {item.key for item in got} & set(gold)
    assert newcomer.label(got[0], "spam").training is None, "it is told once"
    project.change(settings={"gold_rate": 0.5})
    newcomer.queue.release(got)
    again = {item.key for item in newcomer.queue.next(40)}
    assert not again & set(asked), "what was gold in training is not mixed in again"
    row = standing(project, newcomer)
    assert (row.state, row.right, row.answered, row.reason) == ("passed", 8, 10, "training")
    assert [one["state"] for one in events(service)] == ["training", "passed"]


def test_who_gets_too_few_right_is_held_until_a_manager_lets_them_go_on(
    service: Any, project: Project, newcomer: Project, admin: Any, trained: Trained
) -> None:
    last = trained(6, 4)[-1]
    assert last.training.state == "held" and last.stopped.startswith("You got 6 of 10 right in the training; 8 are ")
    with pytest.raises(NotPassed, match=rf"Ask {admin.name}, who can let you go on or train you again.") as refused:
        newcomer.queue.next()
    assert (refused.value.status, refused.value.body["needed"]) == (409, 8)
    newcomer.label("m30", "spam")  # what is sent is taken all the same (G4)
    assert standing(project, newcomer).state == "held" and events(service)[-1]["state"] == "held"
    row = project.standings.let_go_on(standing(project, newcomer).labeler, "We spoke about it")
    assert (row.state, row.by, row.note) == ("passed", admin.name, "We spoke about it")
    assert newcomer.queue.next(3) and not newcomer.queue.next()[0].training
    trail = [one for one in project.client.get("/audit", limit=20)["items"] if one["action"] == "labeler.standing"]
    assert [one["detail"]["state"] for one in trail] == ["passed", "held", "training"]


def test_nobody_answers_again_once_they_know_what_is_right(
    project: Project, newcomer: Project, gold: dict[str, str], trained: Trained
) -> None:
    (told,) = trained(0, 1)
    right = gold[told.label.item_key]
    with pytest.raises(ApiError, match="your first answer stays"):
        newcomer.undo(told.label.id)
    with pytest.raises(ApiError, match="your first answer stays"):
        newcomer.label(told.label.item_key, right)
    with pytest.raises(ApiError, match="your first answer stays"):
        newcomer.label_many({told.label.item_key: right})
    trained(9)
    with pytest.raises(ApiError, match="your first answer stays"):
        newcomer.undo(told.label.id)
    assert list(newcomer.own) == [], "nor is it offered for a correction"


def test_an_answer_that_is_sent_twice_is_told_twice_and_counts_once(
    project: Project, newcomer: Project, gold: dict[str, str]
) -> None:
    (item,) = newcomer.queue.next()
    for _ in range(2):
        told = newcomer.label(item, gold[item.key], idempotency_key="once")
        assert (told.feedback.right, told.training.answered, told.training.right) == (True, 1, 1)


def test_of_two_answers_at_the_same_moment_one_is_taken(newcomer: Project, gold: dict[str, str]) -> None:
    (item,) = newcomer.queue.next()

    def say(value: str) -> Any:
        try:
            return newcomer.label(item.key, value)
        except ApiError as refused:
            return refused

    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(say, ["spam", "ham", "spam", "ham"]))
    refused = [one for one in told if isinstance(one, ApiError)]
    assert len(refused) == 3 and all("your first answer stays" in one.detail for one in refused)
    assert [one.training.answered for one in told if one not in refused] == [1]


def test_who_is_held_goes_on_when_the_mark_is_lowered_or_nobody_is_trained_any_more(
    project: Project, labelers: list[Project], gold: dict[str, str], trained: Trained
) -> None:
    trained(6, 4)
    project.change(settings={"pass_mark": 0.7})
    with pytest.raises(NotPassed, match="7 are needed"):
        labelers[0].queue.next()
    project.change(settings={"training_items": 0})
    assert labelers[0].queue.next()
    project.change(settings={"training_items": 10, "pass_mark": 0.6})
    assert labelers[0].queue.next() and standing(project, labelers[0]).state == "passed"


def test_labels_of_a_training_count_nowhere(
    service: Any, project: Project, newcomer: Project, gold: dict[str, str], trained: Trained
) -> None:
    told = trained(1, 9)
    kept = sa.select(labels.c.source, current_labels.c.counted).join(
        current_labels, current_labels.c.label_id == labels.c.id
    )
    assert set(service.db.read(lambda tx: tx.execute(kept).all())) == {("training", False)}
    answers = {row.item_key: (row.value, row.method) for row in project.answers()}
    assert answers == {key: (value, "gold") for key, value in gold.items()}
    project.remove_gold([told[-1].label.item_key])
    assert told[-1].label.item_key not in {row.item_key for row in project.answers()}, "no answer without gold"
    service.run_jobs(kinds=("quality.estimate",))
    me = newcomer.client.me().user.id
    assert next(row for row in project.labelers().items if row.id == me).accuracy.value is None
    project.change(settings={"counting": ["person"]})
    service.run_jobs(kinds=("quality.recount",))
    assert set(service.db.read(lambda tx: tx.execute(kept).all())) == {("training", False)}


def test_what_is_skipped_in_training_comes_again_at_its_end(
    project: Project, newcomer: Project, gold: dict[str, str], trained: Trained
) -> None:
    (first,) = newcomer.queue.next()
    newcomer.skip(first, "Not clear")
    told = trained(10)
    assert told[-1].label.item_key == first.key and told[-1].training.state == "passed"


def test_what_somebody_holds_goes_back_when_their_training_begins(
    service: Any, project: Project, newcomer: Project, trained: Trained
) -> None:
    project.change(settings={"training_items": 0})
    held = newcomer.queue.next(5)
    project.change(settings={"training_items": 10})
    got = newcomer.queue.next(20)
    assert (
        len(got) == 10
        and all(item.training for item in got)
        and not {one.key for one in held} & {one.key for one in got}
    )
    trained(10)
    assert standing(project, newcomer).state == "passed"
    held = sa.select(sa.func.count()).select_from(leases)
    assert service.db.read(lambda tx: tx.execute(held).scalar()) == 0


def test_a_second_training_takes_gold_that_was_not_seen_and_says_where_there_is_too_little(
    project: Project, newcomer: Project, gold: dict[str, str], trained: Trained
) -> None:
    before = {one.label.item_key for one in trained(0, 10)}
    who = standing(project, newcomer).labeler
    with pytest.raises(ApiError, match="fewer than 5 gold items that Labeler 2 has not seen"):
        project.standings.train_again(who)
    more = {f"m{n}": "ham" for n in range(20, 24)}
    gold |= more
    project.set_gold(more)
    assert project.standings.train_again(who).of == 6
    told = trained(6)
    assert not {one.label.item_key for one in told} & before and told[-1].training.state == "passed"
    assert told[-1].training.of == 6 and told[-1].training.needed == 5


def test_without_enough_gold_nobody_is_trained_and_nobody_waits(
    project: Project, labelers: list[Project], gold: dict[str, str]
) -> None:
    first, second = labelers
    held = first.queue.next(3)
    assert all(item.training for item in held)
    project.remove_gold([key for key in gold if key not in {item.key for item in held[:2]}])
    assert project.standings.all().training == "too_few"
    assert not second.queue.next()[0].training, "two gold items tell nothing"
    for item in held[:2]:
        told = first.label(item, gold[item.key])
    assert told.training.state == "passed" and standing(project, first).reason == "too_few"
    project.remove_gold([item.key for item in held[:2]])
    assert project.standings.all().training == "no_gold" and first.queue.next()


def test_managers_programs_and_simulated_labelers_are_not_trained(
    service: Any, project: Project, newcomer: Project, admin: Any
) -> None:
    manager = service.join(project, service.person("manager"))
    simulated = service.join(project, service.person("labeler", kind="simulated"))
    me = newcomer.client.me().user.id
    token = service.db.write(make_token, me, "pipeline", ["label"], program=True)[1]
    views = [one.client.projects.get(project.slug) for one in (admin, manager, simulated)]
    for client in [*(view.client for view in views), service.client(token)]:
        got = client.post(f"/projects/{project.slug}/queue/next", json={"n": 1})
        assert not got["items"][0]["training"] and got["training"] is None
    assert newcomer.queue.next()[0].training, "the same person with a token of their own is"
    with pytest.raises(ApiError, match="Managers are neither trained nor paused"):
        project.standings.pause(manager.id)


def test_who_is_paused_by_hand_is_told_why_and_gives_back_what_they_hold(
    service: Any, project: Project, newcomer: Project, admin: Any
) -> None:
    project.change(settings={"training_items": 0})
    held = newcomer.queue.next(5)
    who = newcomer.client.me().user.id
    assert project.standings.pause(who, "See me about rule 3").state == "paused"
    assert newcomer.label(held[0], "spam").stopped == 'Labeling is paused for you: "See me about rule 3". Ask Admin 1.'
    with pytest.raises(Paused, match="See me about rule 3"):
        newcomer.queue.next()
    count = sa.select(sa.func.count()).select_from(leases)
    assert service.db.read(lambda tx: tx.execute(count).scalar()) == 0
    project.standings.let_go_on(who)
    assert len(newcomer.queue.next(5)) == 5


def test_a_rating_is_right_where_it_is_as_good_as_the_known_one(service: Any, admin: Any) -> None:
    scale = {"min": 0, "max": 100, "step": 1}
    project = admin.client.projects.create("R", task_type="rating", scale=scale, training_items=5)
    project.items.add([{"key": f"r{n}", "text": f"text {n}"} for n in range(8)], progress=False)
    project.set_gold({f"r{n}": 50 for n in range(5)})
    view = service.join(project, service.person("labeler")).client.projects.get(project.slug)
    given = (50, 55, 56, 44, 47)
    assert [view.label(view.queue.next()[0], value).feedback.right for value in given] == [
        abs(value - 50) <= 5 for value in given
    ]
