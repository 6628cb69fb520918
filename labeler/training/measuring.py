"""What a model costs who asks it: the time of a single prediction, and the memory that it takes.

    python -m labeler.training.measuring FOLDER SHA256 < contents.json

In a process of its own, as one that serves predictions has it: libraries are there before, the model and what it needs
(the sentence encoder) come on top. Answers {"ms": [...], "memory_mb": ...}.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from scipy.stats import binom

from labeler.kit.config import Settings
from labeler.learning.errors import LearningError
from labeler.learning.evaluation.intervals import Estimate

ASKED = 200
"""Single predictions that are timed: the interval of the 95th percentile is then from the 92nd to the 98th."""
WARM = 5
SECONDS = 300
MB = 1_000_000


def measure(folder: Path, sha256: str, contents: Sequence[Any]) -> dict[str, Any] | None:
    """`p95_ms` and `memory_mb` of a model, each as an estimate; None where it can't answer. contents: what it is asked
    about, one at a time, from the first on again where they are fewer than ASKED."""
    if not contents:
        return None
    command = [sys.executable, "-m", __name__, str(folder), sha256]
    try:
        done = subprocess.run(command, input=orjson.dumps(list(contents)), capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return None
    found = orjson.loads(done.stdout)
    memory = Estimate(round(found["memory_mb"], 1), None, None, 0)
    return {"p95_ms": asdict(percentile_95(found["ms"])), "memory_mb": asdict(memory)}


def percentile_95(ms: Sequence[float]) -> Estimate:
    """With the distribution-free 95 % interval by order statistics (David and Nagaraja 2003, "Order Statistics")."""
    ranked, n = np.sort(np.asarray(ms, dtype=np.float64)), len(ms)
    at = [int(binom.ppf(share, n, 0.95)) for share in (0.025, 0.975)]
    low, high = (round(float(ranked[min(max(0, place), n - 1)]), 3) for place in (at[0] - 1, at[1]))
    return Estimate(round(float(np.percentile(ranked, 95)), 3), low, high, n)


def main(folder: Path, sha256: str, contents: list[Any]) -> dict[str, Any]:
    """What this process finds of a model."""
    import sklearn.ensemble  # noqa: F401  what a server has imported before
    import skops.io  # noqa: F401

    from labeler.learning.trained_model import TrainedModel
    from labeler.registry.encoders import why_without

    before = _memory()
    why_without(Settings())  # makes the set encoder known to the model
    model = TrainedModel.load(folder, sha256)
    times = []
    for place in range(WARM + ASKED):
        start = time.perf_counter(), time.process_time()
        model.predict_proba([contents[place % len(contents)]])
        # What it waited for other work on this machine is not its own: then it computed for less than it took.
        times.append(1000 * min(time.perf_counter() - start[0], time.process_time() - start[1]))
    return {"ms": times[WARM:], "memory_mb": (_memory() - before) / MB}


def _memory() -> int:
    """What this process has, in bytes; where the system does not say, the most that it had until now."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        pass
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


if __name__ == "__main__":
    try:
        answer = main(Path(sys.argv[1]), sys.argv[2], orjson.loads(sys.stdin.buffer.read()))
    except LearningError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    sys.stdout.buffer.write(orjson.dumps(answer))
