"""What people held while the service was down is theirs for a while after the start: the queue asks nobody else."""

from typing import Any

import pytest
import sqlalchemy as sa

from labeler.kit.columns import clock
from labeler.labels.tables import labels
from labeler.queue.giving_back import wait_for_holders
from labeler.queue.tables import leases


def ran_out(service: Any, *, lent: float, ended: float) -> None:
    """Leases of so many seconds ago that ended so many seconds ago."""
    changed = sa.update(leases).values(created_at=clock(-lent), expires_at=clock(-ended))
    service.db.write(lambda tx: tx.execute(changed).rowcount)


@pytest.mark.parametrize("overlap", [1, 2])
def test_no_item_gets_more_labels_than_it_needs_over_a_restart(service: Any, admin: Any, overlap: int) -> None:
    project = admin.client.projects.create("Restarted", labels=["spam", "ham"], overlap=overlap, lease_seconds=30)
    project.items.add([{"key": str(n), "text": f"text {n}"} for n in range(6)], progress=False)
    people = [service.join(project, service.person()) for _ in range(4)]
    desks = [one.client.projects.get(project.slug) for one in people]
    held = [desk.queue.next(3) for desk in desks[: 2 * overlap]]
    assert sum(map(len, held)) == 6 * overlap
    ran_out(service, lent=65, ended=35)
    assert service.db.write(wait_for_holders) == 6 * overlap
    assert [desk.queue.next(6) for desk in desks[2 * overlap :]] == [[] for _ in desks[2 * overlap :]]
    for desk, lent in zip(desks, held, strict=False):
        for item in lent:
            desk.label(item, "ham")
    given = sa.select(labels.c.item_id, sa.func.count()).group_by(labels.c.item_id)
    assert {n for _, n in service.db.read(lambda tx: tx.execute(given).all())} == {overlap}


def test_who_does_not_come_back_holds_nothing_for_long(service: Any, project: Any, add_texts: Any) -> None:
    add_texts(3)
    lin, max_ = (service.join(project, service.person()).client.projects.get(project.slug) for _ in range(2))
    assert len(lin.queue.next(3)) == 3
    ran_out(service, lent=65, ended=35)
    service.db.write(wait_for_holders)
    assert max_.queue.next(3) == []
    ran_out(service, lent=130, ended=5)
    assert len(max_.queue.next(3)) == 3


def test_what_ran_out_while_others_worked_stays_so(service: Any, project: Any, add_texts: Any) -> None:
    add_texts(8)
    lin, max_ = (service.join(project, service.person()).client.projects.get(project.slug) for _ in range(2))
    lin.queue.next(3)
    ran_out(service, lent=65, ended=35)
    max_.label(max_.queue.next(1)[0], "ham")
    assert service.db.write(wait_for_holders) == 0
    assert service.db.write(wait_for_holders) == 0
