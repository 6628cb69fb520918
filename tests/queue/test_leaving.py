"""Who leaves holds nothing: their items go to others at once, their work stays (G28)."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project


def removed(admin: Any, project: Project, user_id: int) -> None:
    project.members.remove(user_id)


def deactivated(admin: Any, project: Project, user_id: int) -> None:
    admin.client.patch(f"/users/{user_id}", json={"active": False})


@pytest.mark.parametrize("leaves", [removed, deactivated])
def test_what_somebody_held_goes_to_others(
    admin: Any, project: Project, labelers: list[Project], add_texts: Callable[..., Any], leaves: Any
) -> None:
    add_texts(4)
    first, second = labelers
    held = first.queue.next(4)
    assert len(held) == 4 and second.queue.next(4) == []
    first.label(held[0], "spam")
    leaves(admin, project, first.client.me().user.id)
    assert {item.key for item in second.queue.next(4)} == {item.key for item in held[1:]}
    assert [row.value for row in project.labels] == ["spam"]
