"""Counts that were kept, with what came later, are the counts of now."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.insight import tally
from labeler.labels.tables import labels
from labeler.projects.access import find_project
from labeler.projects.tables import project_counts

Add = Callable[..., list[dict[str, Any]]]


def keep(service: Any, project: Project) -> None:
    """Keep the counts of now, as the background does for large projects."""
    found = service.db.read(find_project, project.slug)
    until = service.db.write(tally.labels_until, found.id)
    counted = service.db.read(tally.count_to_keep, found, until)
    service.db.write(tally.keep, found, counted[0], counted[1], until, counted[2])


def both(service: Any, project: Project) -> tuple[tally.Tally, tally.Tally]:
    """As it is told, and counted in full."""
    found = service.db.read(find_project, project.slug)
    return service.db.read(tally.tally_of, found)[0], service.db.read(tally.count, found)


def shown(one: tally.Tally) -> dict[str, Any]:
    """All but the answers by label, which may be older; what came to nothing is left out."""
    return {
        "pool": (one.items, one.open, one.holdout, one.holdout_open),
        "by_labeler": {key: row for key, row in one.by_labeler.items() if row[0]},
        "quarters": {key: n for key, n in one.quarters.items() if n},
        "of_labeler": {key: n for key, n in one.of_labeler.items() if n},
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_came_later_is_added(
    service: Any, project: Project, labelers: list[Project], add_texts: Add, seed: int
) -> None:
    draw = random.Random(seed)
    add_texts(30)
    given: dict[tuple[int, str], int] = {}

    def act() -> None:
        who, key = draw.randrange(2), f"m{draw.randrange(30)}"
        if draw.random() < 0.3 and (who, key) in given:
            labelers[who].undo(given.pop((who, key)))
        else:
            value, ms = draw.choice(["spam", "ham"]), draw.choice([None, 1500, 400_000])
            given[who, key] = labelers[who].label(key, value, **({} if ms is None else {"elapsed_ms": ms})).label.id

    for _ in range(25):
        act()
    keep(service, project)
    for number in range(25):
        act()
        if number == 10:
            project.items.add([{"key": f"new {seed}", "text": "it came later", "label": "spam"}])
    told, counted = both(service, project)
    assert shown(told) == shown(counted)
    progress, out = project.progress(), project.client.projects.get(project.slug).info
    assert (progress.items.total, progress.items.labeled) == (out.counts.items, out.counts.labeled)


def test_a_large_project_is_counted_in_the_background(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "KEPT_FROM", 10)
    monkeypatch.setattr(tally, "FRESH_SECONDS", 0.0)
    add_texts(20)
    until = datetime.now(UTC) + timedelta(seconds=20)
    while not (kept := service.db.read(lambda tx: tx.execute(sa.select(project_counts)).all())):
        assert project.progress().items.total == 20 and datetime.now(UTC) < until
    assert kept[0].total == 20
    project.label("m1", "spam")
    while not project.progress().labels.by_label["spam"]:  # counted again after a look
        assert datetime.now(UTC) < until
    assert project.progress().items.labeled == 1


def test_the_day_begins_at_the_viewers_midnight(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(3)
    project.label("m0", "spam")
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    micros = int((noon - timedelta(hours=12, minutes=30)).timestamp() * 1e6)  # half past eleven, the evening before
    moved = sa.update(labels).values(created_at=sa.literal(micros, sa.BigInteger))
    service.db.write(lambda tx: tx.execute(moved).rowcount)
    ask = lambda minutes: project.client.get(f"{project.path}/progress", utc_offset=minutes)["labels"]  # noqa: E731
    now = datetime.now(UTC)
    in_berlin = (now + timedelta(minutes=60)).date()
    assert ask(0)["today"] == 0
    assert ask(60)["today"] == int(in_berlin == noon.date())
    assert [one["day"] for one in ask(60)["per_day"]] == [noon.date().isoformat()]
    assert [one["day"] for one in ask(0)["per_day"]] == [(noon.date() - timedelta(days=1)).isoformat()]
