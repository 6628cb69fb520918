"""How far people agree, as the service tells it."""

from itertools import pairwise
from typing import Any

import pytest

from labeler.client import Project


@pytest.fixture
def three(service: Any, project: Project) -> list[Project]:
    project.client.patch(project.path, json={"settings": {"overlap": 3}})
    people = [service.join(project, service.person("labeler")) for _ in range(3)]
    return [person.client.projects.get(project.slug) for person in people]


def say(people: list[Project], answers: str) -> None:
    """One letter a person (s, h, or - for none) for each item, items apart by spaces."""
    for place, letters in enumerate(answers.split()):
        for person, letter in zip(people, letters, strict=True):
            if letter != "-":
                person.label(f"m{place}", {"s": "spam", "h": "ham"}[letter])


def test_agreement_is_of_what_several_labeled(project: Project, three: list[Project], add_texts: Any) -> None:
    add_texts(9)
    assert (project.agreement().why, project.agreement().alpha.value) == ("no_overlap", None)
    say(three, "sss hhh ssh hhs ss- hh- s-- sss hhh")
    found = project.agreement()
    assert (found.level, found.items, found.labels, found.people, found.why) == ("nominal", 8, 22, 3, None)
    # 22 pairable values, 11 of each: observed 4/22 by hand, expected 11 * 11 * 2 / (22 * 21).
    assert found.alpha.value == pytest.approx(1 - (4 / 22) / (242 / 462))
    assert found.alpha.low < found.alpha.value < found.alpha.high
    assert [(row.label, row.given) for row in found.by_label] == [("spam", 11), ("ham", 11)]
    assert found.by_label[0].alpha.value == pytest.approx(found.alpha.value)
    assert found.by_label[0].alpha == found.by_label[1].alpha  # of two labels each says what the other does
    (first, *others) = found.pairs
    assert [pair.items for pair in found.pairs] == [8, 6, 6] and len({one.id for one in first.people}) == 2
    assert (first.alike, first.kappa.value) == (1.0, 1.0)
    assert others[0].alike == pytest.approx(4 / 6)


def test_over_time_it_is_of_equal_parts_of_the_items(project: Project, three: list[Project], add_texts: Any) -> None:
    add_texts(60)
    say(three, " ".join(["ss-", "hh-"] * 10 + ["sh-", "hh-"] * 20))
    parts = project.agreement().over_time
    assert [part.items for part in parts] == [20, 20, 20]
    assert parts[0].alpha.value == 1.0 and all(part.alpha.high < 1 for part in parts[1:])
    assert all(one.until <= other.since for one, other in pairwise(parts))


def test_by_a_field_it_is_of_each_value_with_enough_items(project: Project, three: list[Project]) -> None:
    languages = ["de"] * 25 + ["e_n"] * 25 + ["fr"] * 5
    rows = [{"key": f"m{n}", "text": f"text {n}", "metadata": {"language": one}} for n, one in enumerate(languages)]
    project.items.add(rows, progress=False)
    say(three, " ".join(["ss-", "hh-"] * 12 + ["ss-"] + ["sh-", "hh-"] * 15))
    assert (project.agreement().field, project.agreement().by_value) == (None, [])
    project.change(settings={"overlap_field": "language"})
    found = project.agreement()
    assert found.field == "language"
    assert [(row.value, row.items) for row in found.by_value] == [("de", 25), ("e_n", 25)]
    assert found.by_value[0].alpha.value == 1.0 and found.by_value[1].alpha.high < 1
    assert found.by_value[1].alpha.value < found.alpha.value < 1


def test_corrected_and_renamed_labels_count_as_they_are_now(
    project: Project, three: list[Project], add_texts: Any
) -> None:
    add_texts(6)
    say(three, "sh- hh- sh- hh- sh- hh-")
    for key in ("m0", "m2", "m4"):
        three[1].label(key, "spam")
    project.change_schema(labels=["junk", "ham"], mapping={"spam": "junk"}, reason="a better word")
    found = project.agreement()
    assert found.alpha.value == 1.0
    assert [row.label for row in found.by_label] == ["junk", "ham"]


@pytest.mark.parametrize(
    ("schema", "answers", "level"),
    [
        ({"task_type": "rating", "scale": {"min": 1, "max": 5}}, [(1, 1), (5, 4), (3, 3), (2, 2), (4, 5)], "interval"),
        (
            {"task_type": "multi_choice", "labels": ["a", "b"]},
            [(["a"], ["a"]), ([], []), (["a", "b"], ["a"]), (["b"], ["b"]), (["a"], ["a"])],
            "sets",
        ),
    ],
)
def test_near_is_better_than_far(service: Any, admin: Any, schema: Any, answers: Any, level: str) -> None:
    project = admin.client.projects.create("Near", **schema, overlap=2)
    project.items.add([{"key": f"k{n}", "text": f"text {n}"} for n in range(len(answers))], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(2)]
    views = [person.client.projects.get(project.slug) for person in people]
    for n, both in enumerate(answers):
        for view, value in zip(views, both, strict=True):
            view.label(f"k{n}", value)
    found = project.agreement()
    assert found.level == level and 0.6 < found.alpha.value < 1
    assert found.pairs[0].kappa.value > 0.6


def test_it_is_of_the_share_that_was_drawn_where_others_are_labeled_again_since_people_disagree(
    project: Project, three: list[Project], add_texts: Any
) -> None:
    project.change(settings={"overlap": 2, "overlap_share": 0.4, "most_labels": 3})
    keys = [row["key"] for row in add_texts(100)]
    one, other, third = three
    one.label_many(dict.fromkeys(keys, "spam"))
    other.label_many({key: "spam" if n % 4 else "ham" for n, key in enumerate(keys)})
    third.label_many(dict.fromkeys(keys[::4], "ham"))
    found = project.agreement()
    assert found.weighting == "drawn" and found.plain is not None and found.plain.value != found.alpha.value
    assert (found.plain_items, found.labels) == (100, 2 * found.items) and 20 <= found.items < 60
    other.label(keys[1], "ham")
    other.label(keys[1], "spam")  # a correction is no later label
    assert project.agreement().alpha == found.alpha
    project.change(settings={"overlap": 1})
    unknown = project.agreement()
    assert (unknown.weighting, unknown.items, unknown.plain) == ("unknown", 100, None)
    assert unknown.alpha == found.plain
    project.change(settings={"overlap": 3, "overlap_share": 1.0})
    assert (project.agreement().weighting, project.agreement().alpha) == ("none", unknown.alpha)


def test_a_rare_value_of_which_more_was_drawn_weighs_as_much_as_it_is_frequent(
    service: Any, project: Project, three: list[Project]
) -> None:
    """All 30 items of the rare language are drawn, where people disagree; of the other one in ten."""
    project.change(settings={"overlap": 2, "overlap_share": 0.2, "overlap_field": "language"})
    languages = ["fr"] * 30 + ["de"] * 300
    rows = [{"key": f"m{n}", "text": f"text {n}", "metadata": {"language": one}} for n, one in enumerate(languages)]
    project.items.add(rows, progress=False)
    service.run_jobs(kinds=("quality.recount",))
    one, other, _ = three
    one.label_many({f"m{n}": "spam" if n % 2 else "ham" for n in range(330)})
    while held := other.queue.next(50):  # those that were drawn
        numbers = [int(item.key[1:]) for item in held]
        other.label_many({f"m{n}": "spam" if (n if n >= 30 else n // 2) % 2 else "ham" for n in numbers})
    found = project.agreement()
    assert found.weighting == "weighted" and found.plain is not None and 60 < found.items == found.plain_items < 130
    # Half of the rare ones differ: of all 330 that is 15 / 330, and of those that were drawn much more.
    assert found.alpha.value == pytest.approx(1 - 15 / 330 / 0.5, abs=0.02)
    assert found.plain.value == pytest.approx(1 - 15 / found.items / 0.5, abs=0.02) and found.plain.value < 0.75
