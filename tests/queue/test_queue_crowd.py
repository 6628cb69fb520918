"""Many labelers at once: no item to more than k of them, as the recorded history tells (G4)."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.kit.columns import clock
from labeler.labels.tables import labels
from labeler.queue.tables import leases


def work(labeler: Any, seed: int) -> int:
    """Label until nothing is left; some people stop in the middle, some put things aside or change their mind."""
    rng = random.Random(seed)
    stops_after = rng.randrange(3, 8) if seed % 4 == 0 else 10**6
    done = 0
    while held := labeler.queue.next(rng.randint(1, 4)):
        for item in held:
            chance = rng.random()
            if chance < 0.03:
                labeler.skip(item, "Not clear")
                continue
            made = labeler.label(item, rng.choice(["spam", "ham"]), next=rng.randint(0, 3))
            if chance > 0.97:
                labeler.undo(made.label.id)
                continue
            done += 1
            if done >= stops_after:
                return done
    return done


def given(service: Any, project: Any) -> Counter[int]:
    """How many labelers have labeled each item, by the history alone: undone labels left out."""
    rows = service.db.read(
        lambda tx: tx.execute(
            sa.select(labels).where(labels.c.project_id == project.info.id).order_by(labels.c.id)
        ).all()
    )
    standing = {(row.item_id, row.labeler_id): row.value for row in rows}
    return Counter(item for (item, _), value in standing.items() if value is not None)


@pytest.mark.parametrize(("overlap", "crowd"), [(1, 16), (3, 16)])
def test_no_item_goes_to_more_labelers_than_wanted(service: Any, admin: Any, overlap: int, crowd: int) -> None:
    project = admin.client.projects.create("P", labels=["spam", "ham"], overlap=overlap)
    number = 150 // overlap
    project.items.add([{"key": f"k{n}", "text": f"text number {n}"} for n in range(number)], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(crowd)]
    labelers = [person.client.projects.get(project.slug) for person in people]
    with ThreadPoolExecutor(crowd) as pool:
        list(pool.map(work, labelers, range(crowd)))
    first = given(service, project)
    assert max(first.values()) <= overlap
    # What those who stopped still held comes back when their leases run out; nobody gets it before.
    expire = sa.update(leases).values(expires_at=clock(-1))
    service.db.write(lambda tx: tx.execute(expire).rowcount)
    with ThreadPoolExecutor(crowd) as pool:
        list(pool.map(work, labelers, [1] * crowd))
    last = given(service, project)
    assert set(last.values()) == {overlap} and len(last) == number
    progress = project.progress()
    assert progress.items.unlabeled == 0 and progress.labels.total == overlap * number
    for row in project.answers():  # also where two labeled the same item at the same moment
        values = Counter(label.value for label in row.labels)
        assert row.confidence == pytest.approx(values.most_common(1)[0][1] / overlap)
        assert values[row.value] == max(values.values())


@pytest.mark.parametrize("overlap", [1, 2])
def test_a_label_after_its_lease_is_kept_and_the_item_is_not_lent_on(service: Any, admin: Any, overlap: int) -> None:
    project = admin.client.projects.create("P", labels=["spam", "ham"], overlap=overlap)
    project.items.add([{"key": "only", "text": "text"}], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(3)]
    late, second, third = (person.client.projects.get(project.slug) for person in people)
    item = late.queue.next()[0]
    service.db.write(lambda tx: tx.execute(sa.update(leases).values(expires_at=clock(-1))).rowcount)
    if overlap == 2:
        second.label(second.queue.next()[0], "ham")
    assert late.label(item, "spam").label.value == "spam"
    assert third.queue.next() == [] and late.queue.next() == []
    assert [label.value for label in project.items.get("only").labels] == ["ham", "spam"][2 - overlap :]
