"""Projects in which newcomers are trained, and people who answer what they are asked."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project

OTHER = {"spam": "ham", "ham": "spam"}


@pytest.fixture
def gold(project: Project, add_texts: Any) -> dict[str, str]:
    """What is right of the first twelve of sixty items, which are gold; each has a note."""
    add_texts(60)
    known = {f"m{n}": ["spam", "ham"][n % 2] for n in range(12)}
    project.set_gold(known, {key: f"Because of {key}" for key in known})
    return known


@pytest.fixture
def newcomer(labelers: list[Project]) -> Project:
    return labelers[0]


@pytest.fixture
def trained(newcomer: Project, gold: dict[str, str]) -> Callable[..., list[Any]]:
    """`trained(right, wrong)`: the newcomer answers so many items right, then so many wrong; what they are told."""

    def answer(right: int, wrong: int = 0) -> list[Any]:
        told = []
        for place in range(right + wrong):
            (item,) = newcomer.queue.next()
            assert item.training and item.suggestion is None
            told.append(newcomer.label(item, gold[item.key] if place < right else OTHER[gold[item.key]]))
        return told

    return answer
