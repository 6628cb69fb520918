"""A wall clock that tests can set while processes run under it (libfaketime); the time since the start goes on."""

import os
import time
from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class Clock:
    """`environment` is for the processes that live by it; `set_to` is seconds ahead of the real time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clock"
        self.ahead = 0
        self.set_to(0)
        self.path.parent.chmod(0o755)  # a PostgreSQL server that is another user reads it, too

    def set_to(self, ahead: int) -> None:
        new = self.path.with_suffix(".new")
        new.write_text(f"{ahead:+d}\n")
        new.chmod(0o644)
        os.replace(new, self.path)
        self.ahead = ahead

    def time(self) -> float:
        return time.time() + self.ahead

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(Path(__file__).parent / "set_clock"),
        }
