"""What the question of the project says about a file whose columns are not named like labels."""

from typing import Any

import pytest

LABELS = {"labels": ["positive", "negative", "other"]}
SEVERAL = {"task_type": "multi_choice", **LABELS}
SCALE = {"task_type": "rating", "scale": {"min": 1, "max": 5}}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("asks", "heading", "cells", "values"),
    [
        (LABELS, "mood", ["positive", "Negative"], ["positive", "negative"]),
        (SEVERAL, "about", ["positive;other", "negative"], [["positive", "other"], ["negative"]]),
        (SEVERAL, "about", ["['positive', 'other']", "['negative']"], [["positive", "other"], ["negative"]]),
        (SCALE, "Stars", ["4", "5"], [4, 5]),
        (SCALE, "rating", ["4.0", "5.0"], [4, 5]),
    ],
)
def test_a_column_of_answers_is_the_label(
    admin: Any, bring: Any, asks: Any, heading: str, cells: list[str], values: list[Any]
) -> None:
    project = admin.client.projects.create("Asking", **asks)
    data = f"id\ttext\t{heading}\n" + "".join(f"{n}\ttext {n}\t{cell}\n" for n, cell in enumerate(cells))
    done = bring(project, data)
    assert done.result["balance"]["labels"] == {"recorded": 2}
    assert [project.items.get(str(n)).labels[0].value for n in range(2)] == values


@pytest.mark.one_database
def test_numbers_that_are_not_named_like_answers_are_none(admin: Any, bring: Any) -> None:
    project = admin.client.projects.create("Asking", **SCALE)
    done = bring(project, "id,text,age\n1,one,4\n2,two,5\n")
    assert done.result["balance"]["labels"] == {}
    assert project.items.get("1").metadata == {"age": "4"}
