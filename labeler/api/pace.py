"""How often something may happen: a few times at once, then so many times per second. Who comes faster waits for a turn
instead of being refused, since a person can't tell who else is behind the same address."""

import asyncio
from collections.abc import Callable
from time import monotonic


class Pace:
    """Turns, given out in the order in which they are asked for."""

    def __init__(self, per_second: float, at_once: int, clock: Callable[[], float] = monotonic) -> None:
        """at_once: how many turns may be taken together after a while without any."""
        self.gap = 1 / per_second
        self.saved = (at_once - 1) * self.gap
        self.clock = clock
        self.last = clock() - self.saved - self.gap

    def take(self) -> float:
        """Take the next turn; returns in how many seconds it is."""
        now = self.clock()
        self.last = max(self.last + self.gap, now - self.saved)
        return max(self.last - now, 0.0)

    def is_rested(self) -> bool:
        """Whether it is as if no turn had ever been taken."""
        return self.last + self.gap <= self.clock() - self.saved


class Paces:
    """A pace for each of many, such as addresses, and one for all of them together."""

    def __init__(self, of_one: tuple[float, int], of_all: tuple[float, int]) -> None:
        """Each: how many turns per second, and how many at once."""
        self.of_one = of_one
        self.all = Pace(*of_all)
        self.each: dict[str, Pace] = {}

    async def turn(self, name: str) -> None:
        """Wait for the name's own turn first: who comes too fast waits there, and not before the others."""
        if name not in self.each:
            self.each = {one: pace for one, pace in self.each.items() if not pace.is_rested()}
            self.each[name] = Pace(*self.of_one)
        for pace in (self.each[name], self.all):
            seconds = pace.take()
            if seconds:
                await asyncio.sleep(seconds)
