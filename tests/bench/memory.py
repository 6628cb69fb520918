"""Memory of a service: its processes together, pages that they share counted once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import processes

EVERY_SECONDS = 0.5


def tree_of(pid: int) -> list[int]:
    """A process and everything it started."""
    return [pid, *processes.below(pid)]


def parts_mib(pid: int) -> dict[str, float]:
    """What each process takes, by what it is: the first words of its command."""
    found: dict[str, float] = {}
    for one in tree_of(pid):
        words = processes.told(one, "cmdline").split("\0")
        name = " ".join(word for word in words[2:4] if word) or "ended"
        found[name] = found.get(name, 0.0) + processes.pss_mib(one)
    return found


@dataclass
class Highest:
    """The most that the processes took together at one moment, and each kind's part of it then."""

    mib: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)

    def see(self, pid: int) -> None:
        parts = parts_mib(pid)
        if sum(parts.values()) > self.mib:
            self.mib, self.parts = sum(parts.values()), parts

    def figures(self) -> dict[str, object]:
        return {"highest_mib": round(self.mib), "of_it": {name: round(mib) for name, mib in self.parts.items()}}


@contextmanager
def highest(pid: int) -> Iterator[Highest]:
    """Looks twice per second at what the service takes, while this lasts."""
    found, ended = Highest(), threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY_SECONDS):
            found.see(pid)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield found
    finally:
        ended.set()
        watching.join()
        found.see(pid)
