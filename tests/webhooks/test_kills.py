"""A real worker is killed while it sends: everything comes, with the ids it had."""

import threading
from pathlib import Path
from typing import Any

from processes import start_worker, wait_for

from labeler.client import Project


def test_nothing_is_lost_when_the_worker_is_killed(
    settings: Any, project: Project, receiver: Any, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"warm_seconds": 0})  # no job process gets ready: there are no jobs
    let_go = threading.Event()
    receiver.answer = lambda call: ((let_go.wait(30) and 200) or 500, {}, b"")
    project.webhooks.create(receiver.url(), ["items.added"])

    def add(*numbers: int) -> None:
        for number in numbers:
            project.items.add([{"key": f"k{number}-{n}", "text": "text"} for n in range(number)])

    worker = start_worker(settings, tmp_path / "first.log")
    try:
        add(1, 2)
        wait_for(lambda: receiver.calls, 30, "the first attempt")
        worker.kill()
        add(3)
        let_go.set()
        worker = start_worker(settings, tmp_path / "second.log")
        wait_for(lambda: len(receiver.calls) >= 4, 30, "the rest")
        assert worker.stop() == 0
    finally:
        worker.kill()
    assert [call.event["data"]["count"] for call in receiver.calls] == [1, 1, 2, 3]
    assert receiver.calls[0].id == receiver.calls[1].id and len({call.id for call in receiver.calls}) == 3
    assert "stumbled" not in worker.log()
