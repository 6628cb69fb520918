"""What a job process imports before it says that it is ready, and what it leaves for later."""

import queue
import subprocess
import sys
from typing import Any

import pytest

from labeler import rooms
from labeler.kit.jobs.process import next_order
from labeler.kit.jobs.warmup import Warming


@pytest.mark.parametrize(("kind", "all_there"), [("items.import", False), ("of a module that is not there", True)])
def test_a_job_waits_for_the_modules_that_it_needs_alone(kind: str, all_there: bool) -> None:
    rooms.load_jobs()
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    orders.put({"kind": kind})
    warming = Warming(["json"])
    assert next_order(orders, warming) == {"kind": kind}
    assert warming.is_ready is all_there and not warming.done


def test_imports_need_nothing_that_is_slow_to_import() -> None:
    code = (
        "import sys; from labeler import rooms; [__import__(n) for n in rooms.first_job_modules()]; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sklearn", "pandas", "pyarrow", "dvc"} & set(done.stdout.split())
