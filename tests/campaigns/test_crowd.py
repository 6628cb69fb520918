"""Many labelers in a campaign at once: each item is asked once, of somebody who may be asked, as the history tells."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from labeler.campaigns.answered import end_all_done
from labeler.client import Project

CROWD = 32


@pytest.mark.parametrize("to", ["same", "others"])
def test_thirty_two_labelers_answer_each_item_once(service: Any, admin: Any, to: str) -> None:
    project = admin.client.projects.create("P", labels=["spam", "ham"])
    number = 4 * CROWD
    project.items.add([{"key": f"k{n}", "text": f"text number {n}"} for n in range(number)], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(CROWD)]
    labelers = [person.client.projects.get(project.slug) for person in people]
    for n, labeler in enumerate(labelers):
        labeler.label_many({f"k{4 * n + one}": "spam" for one in range(4)})
    first = {f"k{4 * n + one}": person.id for n, person in enumerate(people) for one in range(4)}
    started = project.campaigns.start("Again", all=True, to=to)
    service.run_jobs(kinds=("campaigns.start",))

    def work(labeler: Project) -> list[str]:
        said = []
        while held := [item for item in labeler.queue.next(3) if item.campaign == started.id]:
            labeler.label_many({item.key: "ham" for item in held})
            said += [item.key for item in held]
        return said

    with ThreadPoolExecutor(CROWD) as pool:
        done = list(pool.map(work, labelers))
    asked = Counter(key for said in done for key in said)
    assert set(asked.values()) == {1} and len(asked) == number
    for person, said in zip(people, done, strict=True):
        assert all((first[key] == person.id) == (to == "same") for key in said)
    service.db.write(end_all_done)  # as every minute: of the last two answers at one moment neither saw the other
    told = project.campaigns.get(started.id)
    assert (told.state, told.done, told.report.total.changed) == ("ended", number, number)
    assert sum(line.done for line in told.by_labeler) == number
