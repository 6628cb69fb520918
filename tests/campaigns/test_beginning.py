"""A campaign while it begins: the first of it is asked while the rest is written, whatever happens meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.campaigns import jobs
from labeler.client import Project
from labeler.kit.jobs import engine
from labeler.queue.tables import campaign_items

Meanwhile = Callable[[Callable[[], Any]], None]


class Killed(BaseException):
    """What ends a process does not let it go on."""


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """`meanwhile(do)`: parts are of two items, and `do` is done when the first is asked and the second not written."""

    def when_the_first_is_asked(do: Callable[[], Any]) -> None:
        rows, parts = jobs._Asking.rows, []

        def read(self: Any, tx: Any, ids: Any, *more: Any) -> Any:
            parts.append(ids)
            if len(parts) == 2:
                do()
            return rows(self, tx, ids, *more)

        monkeypatch.setattr(jobs, "PART", 2)
        monkeypatch.setattr(jobs._Asking, "rows", read)

    return when_the_first_is_asked


def asked(labeled: list[Project]) -> list[str]:
    return sorted(item.key for one in labeled for item in one.queue.next(20))


def answer_all(labeled: list[Project]) -> int:
    given = [one.label(item, "ham") for one in labeled for item in one.queue.next(20)]
    return len(given)


def run(service: Any) -> None:
    service.run_jobs(kinds=(jobs.KIND,))


def test_the_first_ones_are_asked_and_answered_while_the_rest_is_written(
    service: Any, project: Project, labeled: list[Project], meanwhile: Meanwhile
) -> None:
    seen: list[Any] = []

    def look() -> None:
        told = project.campaigns.get(started.id)
        seen.extend([told.state, told.items, told.labels, told.started_at is not None, answer_all(labeled)])
        seen.append(project.campaigns.get(started.id).state)

    meanwhile(look)
    started = project.campaigns.start("Again", label="spam")
    run(service)
    assert seen == ["starting", 4, 2, True, 2, "starting"]  # all that is asked is answered, and more is to come
    told = project.campaigns.get(started.id)
    assert (told.state, told.labels, told.done, told.left, told.gone) == ("running", 4, 2, 2, 0)
    assert answer_all(labeled) == 2
    done = project.campaigns.get(started.id)
    assert (done.state, done.done, done.report.total.changed) == ("ended", 4, 4)


def test_what_is_cancelled_while_it_is_written_asks_nothing_more(
    service: Any, project: Project, labeled: list[Project], meanwhile: Meanwhile
) -> None:
    meanwhile(lambda: project.campaigns.cancel(started.id))
    started = project.campaigns.start("Again", label="spam")
    run(service)
    told = project.campaigns.get(started.id)
    assert (told.state, told.labels, told.done, told.left, told.gone) == ("cancelled", 2, 0, 2, 0)
    assert asked(labeled) == []


def test_what_was_cut_off_goes_on_where_it_was(
    service: Any, project: Project, labeled: list[Project], meanwhile: Meanwhile
) -> None:
    def kill() -> None:
        raise Killed

    meanwhile(kill)
    started = project.campaigns.start("Again", label="spam")
    with pytest.raises(Killed):
        run(service)
    first, _ = asked(labeled)
    holder = labeled[int(first[1:]) // 4]
    holder.label(first, "ham")
    service.db.write(engine.give_back_of, "test/", "another")
    run(service)
    told = project.campaigns.get(started.id)
    assert (told.state, told.items, told.labels, told.done, told.left) == ("running", 4, 4, 1, 3)
    assert first not in asked(labeled)
    rows = service.db.read(lambda tx: tx.execute(sa.select(campaign_items.c.item_id)).scalars().all())
    assert len(rows) == len(set(rows)) == 4
