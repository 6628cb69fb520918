"""Items are found as people write: in any case, composed or not, over line ends, in metadata; filtered and counted."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project

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
