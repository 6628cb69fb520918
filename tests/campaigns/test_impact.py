"""What a guideline's change touches, before it is published."""

from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.guidelines.sections import changed_sections

FIRST = "# SMS\n\nIs it spam?\n\n## Spam\n\nWants money.\n\n### Examples\n\n- win\n\n## ham\n\nThe rest.\n"


@pytest.mark.parametrize(
    ("old", "new", "labels", "others"),
    [
        ("- win", "- win now", ["spam"], []),
        ("The rest.", "The  rest. ", [], []),
        ("Is it spam?", "Is it unasked for?", [], ["SMS"]),
        ("## ham", "## **ham**", [], []),
        ("## ham\n\nThe rest.", "## Unsure\n\nAsk.", ["ham"], ["Unsure"]),
        ("# SMS", "Read this.\n\n# SMS", [], [""]),
        ("- win", "```\n# ham\n```", ["spam"], []),
    ],
)
def test_which_sections_changed(old: str, new: str, labels: list[str], others: list[str]) -> None:
    assert changed_sections(FIRST, FIRST.replace(old, new), ["spam", "ham"]) == (labels, others)


def test_what_a_draft_touches_is_told_before_it_is_published(
    service: Any, project: Project, labeled: list[Project]
) -> None:
    project.guidelines.publish(FIRST)
    one, other = labeled
    service.join(project, service.person(kind="simulated"))
    one.guidelines.acknowledge(1)
    one.label("m0", "spam")
    other.flag("m4", "Ambiguous")
    draft = project.guidelines.save_draft(FIRST.replace("- win", "- win now"))
    told = project.guidelines.impact(draft.version)
    assert (told.version, told.before, told.other_sections) == (2, 1, [])
    assert [(row.version, row.labels) for row in told.made_under] == [(1, 1), (None, 7)]
    (spam,) = told.touched
    assert (spam.label, spam.answers, spam.older, spam.flags_open) == ("spam", 4, 4, 1)
    assert told.items == 4 and told.seconds == 4 and told.comparable == []
    assert [reader.labeler.id for reader in told.unread] == [other.client.me().user.id]
    assert told.select is not None
    select = told.select.model_dump(exclude_none=True)
    assert project.campaigns.plan(**select).items == 4
    project.guidelines.publish(draft.text)
    one.guidelines.acknowledge(2)
    one.label("m0", "spam")
    assert project.guidelines.impact(2).items == 3  # one was looked at again
    with pytest.raises(ApiError, match="no guideline version 9"):
        project.guidelines.impact(9)
