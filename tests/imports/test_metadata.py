"""Metadata that changed on items that are there already: told, and taken where the plan says so."""

from typing import Any

from labeler.client import Project

FIRST = "id,text,source,n\n1,win a prize,mail,1\n2,see you at noon,sms,2\n3,call me,sms,3\n"
CHANGED = "id,text,source,n\n1,win a prize,web,1\n2,see you at noon,sms,2\n3,call me,sms,4\n4,new one,sms,5\n"


def rows(done: Any) -> dict[str, int]:
    assert done.state == "done", done.error
    found = done.result["balance"]["rows"]
    assert sum(found.values()) == done.result["rows"]
    return {fate: number for fate, number in found.items() if number}


def metadata(project: Project, key: str) -> Any:
    return project.items.get(key).metadata


def test_other_metadata_of_a_known_item_is_told(project: Project, bring: Any) -> None:
    bring(project, FIRST)
    done = bring(project, CHANGED)
    assert rows(done) == {"same": 1, "other_metadata": 2, "unlabeled": 1}
    assert done.result["already_there"] == 3
    assert done.result["notes"] == [
        {"row": 1, "field": "source", "reason": '"web" is given, "mail" is there already'},
        {"row": 3, "field": "n", "reason": '"4" is given, "3" is there already'},
    ]
    assert [one["row"] for one in done.result["balance"]["examples"]["other_metadata"]] == [1, 3]
    assert metadata(project, "1") == {"source": "mail", "n": "1"}


def test_other_metadata_can_be_taken(project: Project, bring: Any) -> None:
    bring(project, FIRST.replace("n\n", "n,kept\n").replace(",1\n", ",1,x\n").replace(",2\n", ",2,y\n").replace(
        ",3\n", ",3,z\n"))  # fmt: skip
    project.label("1", "spam")
    update = {"known_metadata": "update"}
    tried = bring(project, CHANGED, update, dry_run=True)
    assert metadata(project, "1") == {"source": "mail", "n": "1", "kept": "x"}
    done = bring(project, CHANGED, update)
    assert rows(tried) == rows(done) == {"same": 1, "new_metadata": 2, "unlabeled": 1}
    assert metadata(project, "1") == {"source": "web", "n": "1", "kept": "x"}
    assert [row.value for row in project.labels] == ["spam"]
    assert rows(bring(project, CHANGED, update)) == {"same": 4}


def test_a_file_with_fewer_columns_changes_no_metadata(project: Project, bring: Any) -> None:
    bring(project, FIRST)
    assert rows(bring(project, "id,text,label\n1,win a prize,spam\n")) == {"same": 1}


def test_a_key_that_is_twice_in_a_file_is_judged_alike_in_a_dry_run(project: Project, bring: Any) -> None:
    lines = [f"k{n % 1500},text {n % 1500},{n // 1500 if n % 7 == 0 else 0}" for n in range(3000)]
    sent = "id,text,n\n" + "\n".join([*lines, "k0,text 0,0", "k0,text 0,1"])
    named = {"key": "id", "text": "text", "metadata": ["n"]}
    for rule in ("leave", "update"):
        tried = bring(project, sent, {**named, "known_metadata": rule}, dry_run=True)
        done = bring(project, sent, {**named, "known_metadata": rule})
        assert rows(tried) == rows(done) and tried.result["notes"] == done.result["notes"]


def test_numbers_beyond_what_databases_hold_are_the_same_when_they_come_again(project: Project, bring: Any) -> None:
    numbers = '"n": 123456789012345678901234567890, "x": 1e300, "y": 0.1, "z": 18446744073709551615'
    sent = f'{{"id": 1, "text": "a prize", {numbers}}}\n'
    bring(project, sent)
    assert rows(bring(project, sent)) == {"same": 1}
