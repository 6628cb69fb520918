"""Heuristics for the first labels: items in which keywords of the labels are found are asked first, label by label.

They only order the queue before the first model. They are no labels, teach nothing, and leave the holdout alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.jobs.registry import JobRun
from labeler.learning.features.text import text_of
from labeler.learning.keywords import Keywords, in_turn, words_in
from labeler.projects.access import Project

TURNS = 10  # items that each label's keywords bring; the model takes over much earlier
FOUND = 100  # items of each label to choose among
READ = 100_000  # items at most
PAGE = 5_000


@dataclass(frozen=True)
class Seeded:
    """order: item ids, best first; found: how many items each label's keywords found; brought: those that come early
    for it."""

    order: list[int]
    found: dict[str, int]
    brought: set[int]


def seeded_by_keywords(run: JobRun, project: Project, covering: Sequence[int]) -> Seeded:
    """The covering items, ids, best first, with those that keywords find in turns between.

    While all items of one label are searched for, only its keywords count.
    """
    wanted = project.settings.find_label
    given = {label["name"]: label.get("keywords") or [] for label in project.labels}
    names = [name for name, keywords in given.items() if keywords and wanted in (None, name)]
    if not names:
        return Seeded([*covering], {}, set())
    found = _found(run, project.id, Keywords([given[name] for name in names]), len(names))
    rank = {item: place for place, item in enumerate(covering)}
    for mine in found:  # what hints at nothing else comes first, then what stands for many
        mine.sort(key=lambda one: (one[1], rank.get(one[0], len(rank))))
    order = in_turn([[item for item, _ in mine] for mine in found], covering, TURNS)
    brought = {item for mine in found for item, _ in mine[:TURNS]}
    return Seeded(order, {name: len(mine) for name, mine in zip(names, found, strict=True)}, brought)


def _found(run: JobRun, project_id: int, keywords: Keywords, labels: int) -> list[list[tuple[int, int]]]:
    """Items that hint at each label, with the number of labels they hint at; texts that are alike once."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(labels)]
    seen: set[tuple[str, ...]] = set()
    for page in _pages(run, project_id):
        for row in page:
            words = words_in(text_of(row.content))
            hinted = keywords.hinted(words)
            if not hinted or tuple(words) in seen:
                continue
            seen.add(tuple(words))
            for label in hinted:
                if len(found[label]) < FOUND:
                    found[label].append((row.id, len(hinted)))
        if all(len(mine) == FOUND for mine in found):
            break
    return found


def _pages(run: JobRun, project_id: int) -> Iterator[Sequence[Any]]:
    """Open items outside the holdout in their random order, up to READ of them."""
    after = -1
    for _ in range(0, READ, PAGE):
        page = run.db.read(_page, project_id, after)
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].shuffle


def _page(tx: Connection, project_id: int, after: int) -> Sequence[Any]:
    statement = (
        sa.select(items.c.id, items.c.content, items.c.shuffle)
        .where(items.c.project_id == project_id, items.c.needed > 0, items.c.split == "train", items.c.shuffle > after)
        .order_by(items.c.shuffle)
        .limit(PAGE)
    )
    return tx.execute(statement).all()
