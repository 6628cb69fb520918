"""Items are found as people write: in any case, composed or not, over line ends, in metadata; filtered and counted."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project
from labeler.client.errors import ApiError
from labeler.insight import items as browse

Add = Callable[..., list[dict[str, Any]]]
CAFE = "Une soirée au Café Öl\nin der Straße"
ITEMS = [
    {"key": "composed", "text": unicodedata.normalize("NFC", CAFE)},
    {"key": "apart", "text": unicodedata.normalize("NFD", CAFE)},
    {"key": "lines", "text": "one line\r\nand another\tone", "metadata": {"source": "Agence ÉTOILE"}},
    {"key": "row/7", "text": "nothing of it"},
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("café", {"composed", "apart"}),
        (unicodedata.normalize("NFD", "CAFÉ ÖL"), {"composed", "apart"}),
        ("öl in der", {"composed", "apart"}),
        ("line and another one", {"lines"}),
        ("LINE  AND", {"lines"}),
        ("étoile", {"lines"}),
        ("agence", {"lines"}),
        ("row/7", {"row/7"}),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_words_are_found(project: Project, words: str, found: set[str]) -> None:
    project.items.add(ITEMS, progress=False)
    assert {one.key for one in project.items.find(q=words)} == found
    assert project.items.page(q=words, count=True).total == len(found)


def test_filters_by_labeler_state_and_model(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(12)
    first, second = labelers[:2]
    for n in range(4):
        first.label(f"m{n}", "spam")
    second.label("m4", "ham")
    me = first.client.me().user.id
    keys = lambda **wanted: sorted(one.key for one in project.items.find(**wanted))  # noqa: E731
    assert keys(labeler=me) == ["m0", "m1", "m2", "m3"]
    assert keys(labeled=True) == ["m0", "m1", "m2", "m3", "m4"]
    page = project.items.page(labeled=True, limit=2, count=True)
    assert (len(page.items), page.total) == (2, 5)
    assert keys(model_differs=True) == []  # there is no model
    assert project.items.page(model_differs=True, count=True).total is None


@pytest.mark.one_database
def test_what_the_model_says_otherwise(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(40)
    for n in range(40):
        project.label(f"m{n}", ("spam", "ham")[n % 2])
    project.train()
    service.run_jobs()
    said = {one.key: one for one in project.items}
    wrong = sorted(key for key, one in said.items() if one.answer.value != one.prediction["value"])
    found = [one.key for one in project.items.find(model_differs=True, limit=3)]
    assert sorted(found) == wrong


@pytest.mark.parametrize("few", [True, False], ids=["by their ids", "looked through"])
def test_how_sure_the_model_is(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch, few: bool
) -> None:
    assert project.items.page(model_confidence_max=1.0, count=True).total == 0
    add_texts(40)
    assert project.items.page(model_confidence_max=1.0, count=True).total == 0  # there is no model
    for n in range(24):
        project.label(f"m{n}", ("spam", "ham")[n % 2])
    project.train()
    service.run_jobs()
    if not few:
        monkeypatch.setattr(browse, "FEW", 0)
        monkeypatch.setattr(browse, "PART", 3)
    sure = {one.key: one.prediction["confidence"] for one in project.items}
    assert all(one.prediction["confidence"] == max(one.prediction["proba"].values()) for one in project.items)
    low, high = sorted(sure.values())[10], sorted(sure.values())[30]
    for wanted in (
        {"model_confidence_min": low},
        {"model_confidence_max": high},
        {"model_confidence_min": low, "model_confidence_max": high},
    ):
        least, most = wanted.get("model_confidence_min", 0), wanted.get("model_confidence_max", 1)
        right = {key for key, one in sure.items() if least <= one <= most}
        for sort in ("oldest", "newest"):
            found = [one.key for one in project.items.find(**wanted, sort=sort, limit=4)]
            assert (len(found), set(found)) == (len(right), right)
        assert project.items.page(**wanted, count=True).total == len(right)
        open_ones = [one.key for one in project.items.find(**wanted, sort="uncertain", limit=4)]
        assert set(open_ones) <= right and open_ones
        asked = sorted(set(one.key for one in project.items.find(**wanted, q="m1")))
        assert asked == sorted(key for key in right if key in {one.key for one in project.items.find(q="m1")})
        differing = {one.key for one in project.items.find(**wanted, model_differs=True)}
        assert differing == right & {one.key for one in project.items.find(model_differs=True)}


def test_when_items_were_labeled(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(6)
    first, second = labelers[:2]
    moments = []
    for n in range(3):
        first.label(f"m{n}", "spam")
        given = project.items.get(f"m{n}").labels[0]
        moments.append(given.created_at)
    second.label("m0", "ham")
    me = first.client.me().user.id
    keys = lambda **wanted: sorted(one.key for one in project.items.find(**wanted))  # noqa: E731
    assert keys(labeled_since=moments[1].isoformat()) == ["m0", "m1", "m2"]
    assert keys(labeled_since=moments[1].isoformat(), labeler=me) == ["m1", "m2"]
    assert keys(labeled_before=moments[1].isoformat()) == ["m0"]
    within = {"labeled_since": moments[1].isoformat(), "labeled_before": moments[2].isoformat()}
    assert keys(**within) == ["m1"]
    assert project.items.page(**within, count=True).total == 1
    assert project.items.remove(search=within, dry_run=True).items == 1


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"model_confidence_min": 0.9, "model_confidence_max": 0.1}, "expected at most model_confidence_max"),
        ({"model_confidence_min": 1.1}, "must be at most 1"),
        ({"labeled_since": "2026-11-26"}, "timezone|time zone|datetime"),
        ({"labeled_since": "2026-11-26T10:00:00"}, "timezone|time zone"),
        ({"labeled_since": "2026-11-26T10:00:00Z", "labeled_before": "2026-11-26T10:00:00Z"}, "is not before"),
    ],
)
@pytest.mark.one_database
def test_what_no_item_can_be_is_told(project: Project, wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(ApiError, match=said) as told:
        project.items.page(**wanted)
    assert told.value.status == 422
