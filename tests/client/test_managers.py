"""A project always has somebody who manages it, and its members know whom to ask."""

from typing import Any

import pytest

from labeler.client import ApiError, Project


def test_the_only_manager_is_neither_removed_nor_made_something_else(project: Project, labelers: list[Project]) -> None:
    own = next(one for one in project.members if one.role == "manager")
    with pytest.raises(ApiError, match="needs a manager"):
        project.members.remove(own.user_id)
    with pytest.raises(ApiError, match="needs a manager"):
        project.members.add(own.email, "labeler")
    other = next(one for one in project.members if one.role == "labeler")
    project.members.add(other.email, "manager")
    project.members.remove(own.user_id)
    assert [one.role for one in project.members].count("manager") == 1


def test_every_member_is_told_who_manages(project: Project, labelers: list[Project], admin: Any) -> None:
    names = [one.name for one in project.members if one.role == "manager"]
    assert labelers[0].members.managers() == names != []
    with pytest.raises(ApiError):
        list(labelers[0].members)
