"""A run whose worker is killed goes on, and what was stored is not paid for twice (G6)."""

import threading
from pathlib import Path
from typing import Any

import pytest
from language_models import Asked, Model, answering
from processes import start_worker, wait_for

from labeler.client import Project

MOST = 40
KILLS = 3


@pytest.mark.faults
def test_a_run_is_finished_by_the_next_worker(
    service: Any, project: Project, add_texts: Any, model: Model, llm: Any, tmp_path: Path
) -> None:
    add_texts(80)
    reached = threading.Event()

    def say(asked: Asked) -> Any:
        if len(model.asked) % 12 == 0:
            reached.set()
        return answering("spam")

    model.says = say
    job = project.llms.run(llm.id, MOST)
    for number in range(KILLS):
        reached.clear()
        worker = start_worker(service.settings, tmp_path / f"worker{number}.log")
        try:
            assert reached.wait(90), worker.log()
        finally:
            worker.kill()
    last = start_worker(service.settings, tmp_path / "last.log")
    try:
        wait_for(lambda: job.refresh().state == "done", 120, "the run")
    finally:
        last.stop()
    kept = [row.item_key for row in project.llms.asked(llm.id)]
    assert len(kept) == len(set(kept)) == MOST == job.result["labels"] == project.llms.get(llm.id).labels
    assert len(model.asked) <= MOST + 4 * KILLS, "at most the four under way were asked again"
