"""Before anything is made of a file's labels: how often each comes, which are rare, which are slips of the pen."""

from pathlib import Path

import pytest

from labeler.client import Project
from labeler.imports.label_counts import counted_labels, is_slip
from labeler.imports.preview import preview
from labeler.kit.config import Settings
from labeler.wire.imports import ImportMapping


def test_each_label_is_counted_and_slips_and_rare_ones_are_marked() -> None:
    answers = ["spam"] * 40 + ["Spam "] * 5 + ["ham"] * 60 + ["sapm"] * 2 + ["other"] * 9 + ["odd one"]
    found = {one.name: one for one in counted_labels(answers)}
    assert [(one.name, one.rows) for one in found.values()] == [
        ("ham", 60), ("spam", 45), ("other", 9), ("sapm", 2), ("odd one", 1),
    ]  # fmt: skip
    assert found["spam"].spelled == ["Spam"] and found["spam"].like is None
    assert found["sapm"].like == "spam" and found["sapm"].rare
    assert [name for name, one in found.items() if one.rare] == ["sapm", "odd one"]


def test_a_label_of_the_project_is_what_a_slip_is_meant_for() -> None:
    (found,) = counted_labels(["complaintt"] * 3, ["complaint", "praise"])
    assert found.like == "complaint"
    (there,) = counted_labels(["Complaint"] * 3, ["complaint", "praise"])
    assert (there.name, there.like) == ("complaint", None)


@pytest.mark.parametrize(
    ("written", "meant", "times", "is_one"),
    [
        ("spma", "spam", 2, True),
        ("spam-mail", "spam mail", 90, True),
        ("spma", "spam", 60, False),
        ("ham", "spam", 1, False),
        ("no", "on", 1, False),
        ("level 1", "level 2", 1, False),
        ("recieved late", "received late", 3, True),
        ("positive", "negative", 3, False),
    ],
)
def test_what_is_taken_for_a_slip_of_the_pen(written: str, meant: str, times: int, is_one: bool) -> None:
    assert is_slip(written, meant, times, 100) == is_one


def test_what_is_merged_is_no_label_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "slips.csv"
    rows = [f"t{n},text {n},{'spma' if n < 2 else ('spam', 'ham')[n % 2]}" for n in range(40)]
    file.write_text("\n".join(["id,text,label", *rows]))
    before = preview(file, Settings())
    assert before["labels_found"] == ["spma", "spam", "ham"]
    assert {one.name: one.like for one in before["label_counts"]}["spma"] == "spam"
    after = preview(file, Settings(), ImportMapping(key="id", text="text", label="label", label_map={"spma": "spam"}))
    assert after["labels_found"] == ["spam", "ham"]
    assert [one["name"] for one in after["task"]["labels"]] == ["spam", "ham"]


def test_texts_that_are_there_under_another_key_are_counted(project: Project, tmp_path: Path) -> None:
    project.items.add([{"key": f"a{n}", "text": f"text {n}"} for n in range(5)], progress=False)
    file = tmp_path / "again.csv"
    file.write_text("id,text\n" + "".join(f"b{n},text {n}\n" for n in range(3, 8)) + "a1,text 1\n")
    told = project.client.preview("again.csv", file.read_bytes(), {"key": "id", "text": "text"}, project=project.slug)
    assert told.elsewhere == 2
    assert told.balance is not None and (told.balance.rows["unlabeled"], told.balance.rows["same"]) == (5, 1)
