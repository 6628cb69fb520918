"""Who comes too often waits, and holds up nobody else."""

import asyncio

from labeler.api.pace import Pace, Paces


def test_a_few_turns_come_at_once_and_the_others_one_after_the_other() -> None:
    now = 100.0
    pace = Pace(2.0, 3, lambda: now)
    assert [pace.take() for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    now += 1.5
    assert pace.take() == 0
    assert not pace.is_rested()
    now += 1.5
    assert pace.is_rested()
    assert [pace.take() for _ in range(4)] == [0, 0, 0, 0.5]


def test_who_comes_too_fast_waits_before_others_do() -> None:
    async def flood_and_one_more() -> tuple[int, bool]:
        paces = Paces((1.0, 3), (1000.0, 5))
        flood = [asyncio.create_task(paces.turn("flood")) for _ in range(20)]
        other = asyncio.create_task(paces.turn("other"))
        await asyncio.wait([other], timeout=0.5)
        through, let_in = sum(one.done() for one in flood), other.done()
        for one in flood:
            one.cancel()
        return through, let_in

    assert asyncio.run(flood_and_one_more()) == (3, True)
