"""What is counted reads right for none, one and many."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import labeler_ui
import pytest

import labeler
from labeler.kit.counting import counted

# Of what a count is said. Numbers that are limits (`MOST_...`) are never one.
THINGS = "items|labels|rows|answers|predictions|texts|dataset versions|flags"
FIXED = re.compile(rf"\{{(\w+)\}}\*{{0,2}} (?:more |hard )?(?:{THINGS})\b")
SERVICE = ("insight", "imports", "items", "training", "bulk_labels", "label_errors", "hard_items", "heuristics", "llm")
# Always many, from a number on or as a mean; or a verb.
MANY = {"{name} labels no more", "Show all {n} items", "At least {total} items", "Against {fixed} labels for each item"}


@pytest.mark.parametrize(("n", "words"), [(0, "0 rows read"), (1, "1 row read"), (1200, "1,200 rows read")])
def test_one_and_many(n: int, words: str) -> None:
    assert counted("{n} row read", "{n} rows read", n) == words


def calls(folder: Path, name: str) -> Iterator[str]:
    """The words that are given to a function of this name."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield from (one.value for one in node.args if isinstance(one, ast.Constant) and type(one.value) is str)


def test_pages_count_with_the_plural_of_the_language() -> None:
    found = {words for words in calls(Path(labeler_ui.__file__).parent, "t") if FIXED.search(words)}
    assert {words for words in found if not any(words.startswith(one) for one in MANY)} == set()


def test_jobs_count_what_they_did_in_words_for_one_and_many() -> None:
    folder = Path(labeler.__file__).parent
    source = "\n".join(path.read_text() for room in SERVICE for path in (folder / room).rglob("*.py"))
    told = re.findall(r'(?:progress|tell)\([^"\n]*f"([^"]*)"', source)
    assert [words for words in told if re.search(rf"\}} (?:{THINGS})\b", words)] == []
