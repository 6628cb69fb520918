"""Hard items that are alike are decided at once: labels of the one who decides, answers to who flagged, a blind check
of a sample; and all of it can be taken back."""

from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.hard_items.keep_up import keep_up
from labeler.wire.hard_items import HardCluster

LOOK, CHECK = ("hard_items.cluster",), ("hard_items.check",)
PARCEL = "your parcel waits at the depot, pay the delivery fee, number {}"
PARTY = "come to the party on saturday, bring cake and music, place {}"
RULE = "A delivery fee is spam."


@pytest.fixture
def flagged(project: Project, labelers: list[Project]) -> list[str]:
    """Twelve messages about parcels and five about a party that the first labeler found hard; returns the parcels."""
    project.change(settings={"holdout_share": 0.0})
    rows = [{"key": f"p{n}", "text": PARCEL.format(n)} for n in range(12)]
    rows += [{"key": f"q{n}", "text": PARTY.format(n)} for n in range(5)]
    project.items.add(rows, progress=False)
    for n in range(12):
        labelers[0].flag(f"p{n}", "real courier or not", note="nobody ordered this")
    for n in range(5):
        labelers[0].flag(f"q{n}", "personal or an advert")
    return [f"p{n}" for n in range(12)]


def clusters(service: Any, project: Project) -> list[HardCluster]:
    project.hard_items.find()
    service.run_jobs(kinds=LOOK)
    return list(project.hard_items)


def answers(project: Project) -> dict[str, Any]:
    return {row.item_key: row for row in project.answers()}


def open_flags(project: Project) -> set[str]:
    return {flag.item_key for flag in project.flags.find("open")}


def test_a_cluster_tells_its_size_its_words_the_reasons_and_what_others_said(
    service: Any, project: Project, labelers: list[Project], flagged: list[str]
) -> None:
    labelers[1].label("p1", "spam")
    labelers[1].label("p2", "ham")
    labelers[1].label("p3", "spam")
    large, small = clusters(service, project)
    assert (large.items, large.flags, small.items) == (12, 12, 5)
    assert "parcel" in large.words and "party" in small.words
    assert [(row.reason, row.flags) for row in large.reasons] == [("real courier or not", 12)]
    assert [(row.value, row.labels) for row in large.labels] == [("spam", 2), ("ham", 1)]
    looked = project.hard_items.clusters()
    assert looked.looked is not None and (looked.looked.items, looked.looked.by) == (17, "words")
    assert (looked.alone, looked.newer) == (0, 0)
    detail = project.hard_items.cluster(large.id)
    assert {item.key for item in detail.hard_items} == set(flagged)
    said = next(item for item in detail.hard_items if item.key == "p1")
    assert said.flags[0].note == "nobody ordered this" and said.labels[0].value == "spam"
    labelers[1].flag("q0", "who writes this")
    assert project.hard_items.clusters().newer == 1
    project.flags.resolve(next(flag.id for flag in project.flags.find() if flag.item_key == "p0"), "it is spam")
    assert next(iter(project.hard_items)).items == 11


def test_it_is_looked_again_by_itself_once_flags_came(service: Any, project: Project, flagged: list[str]) -> None:
    service.db.write(keep_up)
    assert [job.kind for job in service.run_jobs(kinds=LOOK)] == [LOOK[0]]
    service.db.write(keep_up)
    assert service.run_jobs(kinds=LOOK) == []


def test_one_decision_labels_answers_and_writes_the_rule_and_others_check_it_blind(
    service: Any, project: Project, labelers: list[Project], flagged: list[str]
) -> None:
    kept = flagged[:10]  # two are left out by a tick
    done = project.hard_items.decide(kept, "spam", "couriers never ask for a fee", rule=RULE, example="p4", check=5)
    assert (done.state, done.items, done.flags, done.check, done.checked) == ("checking", 10, 10, 5, 0)
    assert open_flags(project) == {"p10", "p11", *(f"q{n}" for n in range(5))}
    found = answers(project)
    assert {key: row.value for key, row in found.items()} == dict.fromkeys(kept, "spam")
    label = project.items.get("p0").labels[0]
    assert (label.kind, label.source, label.labeler.name) == ("person", "resolution", "Admin 1")
    told = labelers[0].own.decided_flags()
    assert {(flag.resolution.note, flag.value) for flag in told} == {("couriers never ask for a fee", "spam")}
    draft = next(iter(project.guidelines)).text
    assert RULE in draft and "number 4" in draft
    service.run_jobs(kinds=CHECK)
    mine = labelers[0].queue.next(20)
    assert not {item.key for item in mine} & set(kept)  # who flagged them knows the answer
    held = [item for item in labelers[1].queue.next(20) if item.key in kept]
    assert len(held) == 5 and all(item.suggestion is None and item.campaign is None for item in held)
    for number, item in enumerate(held):
        labelers[1].label(item, "ham" if number == 0 else "spam")
    now = project.hard_items.decision(done.id)
    assert (now.state, now.checked, now.confirmed) == ("checked", 5, 4)
    assert now.share.low == pytest.approx(0.376, abs=1e-3) and now.share.high == pytest.approx(0.964, abs=1e-3)
    assert [one.id for one in project.hard_items.decisions()] == [done.id]
    assert not list(project.campaigns)  # it is no campaign that somebody began
    assert len(project.reviews.queue().items) == 1  # where the two differ
    actions = {entry["action"] for entry in project.client.get("/audit")["items"]}
    assert "hard_items.decided" in actions and "hard_items.clustered" not in actions


def test_all_of_a_decision_is_taken_back_at_once(
    service: Any, project: Project, labelers: list[Project], flagged: list[str]
) -> None:
    project.label("p0", "ham")  # what the person had said before comes back
    done = project.hard_items.decide(flagged, "spam", "a fee is spam", check=3)
    service.run_jobs(kinds=CHECK)
    project.label("p1", "ham")  # corrected since: stays
    held = [item for item in labelers[1].queue.next(20) if item.key in flagged]
    assert len(held) == 3
    project.hard_items.undo(done.id)
    undone = project.hard_items.decision(done.id)
    assert undone.state == "undone" and undone.undone_at is not None
    assert open_flags(project) >= set(flagged)
    assert {key: row.value for key, row in answers(project).items()} == {"p0": "ham", "p1": "ham"}
    assert [entry.kind for entry in project.items.history("p5")] == ["flag", "label", "undo"]
    assert labelers[0].own.decided_flags() == []
    with pytest.raises(ApiError, match="undone already"):
        project.hard_items.undo(done.id)
    again = project.hard_items.decide(flagged, note="ask the sender", check=0)
    assert (again.state, again.value, again.check) == ("unchecked", None, 0)
    assert not open_flags(project) & set(flagged) and len(answers(project)) == 2


def test_before_its_check_has_begun_a_decision_that_is_taken_back_asks_nobody(
    service: Any, project: Project, labelers: list[Project], flagged: list[str]
) -> None:
    done = project.hard_items.decide(flagged, "spam", "a fee is spam")
    assert done.check == 3  # a tenth, at least three
    project.hard_items.undo(done.id)
    assert service.run_jobs(kinds=CHECK)[0].result == {"check": 0}
    assert all(item.campaign is None for item in labelers[1].queue.next(5))


def test_what_cannot_be_decided_changes_nothing(
    service: Any, project: Project, labelers: list[Project], flagged: list[str]
) -> None:
    for labeler in labelers[1:]:
        labeler.flag("p0", "also hard")
    for given, reason in (
        ({"keys": flagged, "value": "eggs"}, "eggs"),
        ({"keys": ["nothing"], "note": "no"}, "Nothing is left"),
        ({"keys": ["p0"], "value": "spam"}, "Nobody can be asked"),
        ({"keys": flagged}, "say what was decided"),
        ({"keys": flagged, "note": "no", "check": 3}, "nothing to check"),
        ({"keys": flagged, "note": "no", "example": "p0"}, "with a rule"),
    ):
        with pytest.raises(ApiError, match=reason):
            project.hard_items.decide(**given)  # type: ignore[arg-type]
    assert open_flags(project) >= set(flagged) and answers(project) == {} and not list(project.guidelines)
    assert list(project.hard_items.decisions()) == []
    with pytest.raises(ApiError, match="no cluster"):
        project.hard_items.cluster(99999)


def test_items_of_the_holdout_get_no_label_with_others(project: Project, labelers: list[Project]) -> None:
    project.change(settings={"holdout_share": 0.5})
    project.items.add([{"key": f"p{n}", "text": PARCEL.format(n)} for n in range(40)], progress=False)
    for n in range(40):
        labelers[0].flag(f"p{n}", "real courier or not")
    done = project.hard_items.decide([f"p{n}" for n in range(40)], "spam", check=0)
    train = {item.key for item in project.items.find(split="train")}
    assert 0 < done.left_out < 40 and done.items == len(train) and set(answers(project)) == train
    assert open_flags(project) == {f"p{n}" for n in range(40)} - train
