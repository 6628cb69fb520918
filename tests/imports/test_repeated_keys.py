"""One key with several contents in a file: the first says what the item is, and what goes with the others does not land
on it."""

import json
from typing import Any

import pytest

from labeler.client import Project

MAPPING = {"key": "id", "text": "text", "label": "label", "prediction": "guess", "known_items": "update"}
FAR = "far apart"  # in another batch


def lines(*rows: dict[str, Any], apart: bool = False) -> str:
    filler = [{"id": f"f{n}", "text": f"filler {n}"} for n in range(1500)] if apart else []
    first, *others = rows
    return "\n".join(json.dumps(row) for row in (first, *filler, *others))


def fates(done: Any) -> dict[str, int]:
    assert done.state == "done", done.error
    return {fate: n for fate, n in done.result["balance"]["rows"].items() if n and fate != "unlabeled"}


def row(text: str, label: str, guess: str = "") -> dict[str, Any]:
    return {"id": "k", "text": text, "label": label, "guess": guess}


@pytest.mark.parametrize("apart", [False, True], ids=["together", FAR])
@pytest.mark.parametrize("known", ["update", "leave"])
def test_a_dry_run_says_what_is_done(project: Project, bring: Any, known: str, apart: bool) -> None:
    project.items.add([{"key": "k", "text": "A"}])
    mapping = {**MAPPING, "known_items": known}
    data = lines(row("B", "spam"), row("A", "ham"), row("C", "ham"), row("B", "spam"), apart=apart)
    told = bring(project, data, mapping, name="a.jsonl", dry_run=True)
    done = bring(project, data, mapping, name="a.jsonl")
    assert told.result["balance"] == done.result["balance"]
    item = project.items.get("k")
    assert item.content == {"text": "B" if known == "update" else "A"}
    assert [label.value for label in item.labels] == ["spam" if known == "update" else "ham"]


def test_a_file_twice_adds_nothing(project: Project, bring: Any) -> None:
    project.items.add([{"key": "k", "text": "A"}])
    data = lines(row("B", "spam"), row("A", "ham"))
    assert fates(bring(project, data, MAPPING, name="a.jsonl")) == {"updated": 1, "repeated_different": 1}
    assert fates(bring(project, data, MAPPING, name="a.jsonl")) == {"same": 1, "different": 1}


def test_a_label_stays_with_its_text(project: Project, bring: Any) -> None:
    project.items.add([{"key": "k", "text": "A"}])
    done = bring(project, lines(row("A", "spam"), row("B", "ham")), MAPPING, name="a.jsonl")
    assert fates(done) == {"same": 1, "different": 1}
    assert project.items.get("k").content == {"text": "A"}
    assert [label.value for label in project.items.get("k").labels] == ["spam"]


@pytest.mark.parametrize("unknown", ["report", "add"])
@pytest.mark.parametrize("apart", [False, True], ids=["together", FAR])
def test_what_confirms_an_item_is_not_taken_back_further_down(
    project: Project, bring: Any, apart: bool, unknown: str
) -> None:
    """Else each import of the file would change it again, back and forth."""
    project.items.add([{"key": "k", "text": "A"}])
    data = lines(row("A", "spam"), row("B", "ham"), row("B", "ham"), apart=apart)
    for dry_run in (True, False, False):
        done = bring(project, data, {**MAPPING, "unknown_labels": unknown}, name="a.jsonl", dry_run=dry_run)
        assert fates(done)["different"] == 2 and "updated" not in fates(done)
        assert project.items.get("k").content == {"text": "A"}


@pytest.mark.parametrize("apart", [False, True], ids=["together", FAR])
def test_predictions_stay_with_their_texts(admin: Any, bring: Any, apart: bool) -> None:
    project = admin.client.projects.create(
        "Suggesting", labels=["spam", "ham"], show_suggestions=True, unsuggested_share=0.0
    )
    data = lines(row("A", "", "spam"), row("B", "", "ham"), apart=apart)
    for dry_run in (True, False):
        done = bring(project, data, {**MAPPING, "known_items": "leave"}, name="a.jsonl", dry_run=dry_run)
        assert done.result["balance"]["predictions"] == 1
    if not apart:
        assert project.queue.next(1)[0].suggestion == {"value": "spam", "proba": {}, "model": "outside"}


@pytest.mark.parametrize("apart", [False, True], ids=["together", FAR])
def test_labels_of_new_items_are_taken_wherever_they_stand(project: Project, bring: Any, apart: bool) -> None:
    rows = [{"id": "k", "text": "A", "label": label, "who": who} for label, who in (("spam", "ann"), ("ham", "bob"))]
    mapping = {"key": "id", "text": "text", "label": "label", "labeler": "who", "known_labels": "leave"}
    done = bring(project, lines(*rows, apart=apart), mapping, name="a.jsonl")
    assert done.result["balance"]["labels"] == {"recorded": 2}


def test_predictions_that_do_not_fit_are_told(project: Project, bring: Any) -> None:
    data = "id,text,prediction\n1,one,spam\n2,two,nothing\n"
    done = bring(project, data)
    assert done.result["balance"]["predictions"] == 1
    assert [note["row"] for note in done.result["notes"]] == [2] and "nothing" in done.result["notes"][0]["reason"]


@pytest.mark.parametrize("apart", [False, True], ids=["together", FAR])
def test_a_repeat_in_the_file_is_told_apart_from_what_is_there_already(
    project: Project, bring: Any, apart: bool
) -> None:
    project.items.add([{"key": "old", "text": "there before"}])
    again = [row("A", "spam"), row("B", "spam"), row("A", "ham"), {"id": "old", "text": "there before"}]
    data = lines(row("A", "spam"), *again, apart=apart)
    for dry_run in (True, False):
        done = bring(project, data, {**MAPPING, "known_items": "leave"}, name="a.jsonl", dry_run=dry_run)
        assert {name: done.result[name] for name in ("already_there", "repeated")} == {
            "already_there": 1,
            "repeated": 3,
        }
        assert done.result["taken"] + 4 == done.result["rows"]
        told = {"labeled": 1, "same": 1, "repeated_same": 2, "repeated_different": 1}
        assert fates(done) == told
        labels = done.result["balance"]["labels"]
        assert labels == {"recorded": 1, "repeated_same": 1, "repeated_different": 1, "with_row": 1}
        assert 'key "k" stands further up in this file with another content' in done.result["notes"][0]["reason"]
        assert done.result["notes"][-1]["reason"] == '"ham" is given, "spam" stands further up in this file'
    again = bring(project, data, {**MAPPING, "known_items": "leave"}, name="a.jsonl")
    assert (again.result["taken"], again.result["repeated"]) == (0, 0)
