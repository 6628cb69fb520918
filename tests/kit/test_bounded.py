"""Work in a process of its own: what comes of it comes over, and its memory and time have bounds."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from processes import is_alive, wait_for

from labeler.kit import bounded as bounded_module
from labeler.kit.bounded import Helper, OutOfBounds, bounded

HELPER = Helper("labeler.kit.bounded")


@pytest.fixture(params=["itself", "helper"])
def forks(request: pytest.FixtureRequest) -> Helper | None:
    return HELPER if request.param == "helper" else None


def test_results_come_in_order(forks: Helper | None) -> None:
    with bounded(range, 1000, helper=forks) as found:
        assert list(found) == list(range(1000))


def test_an_error_is_raised_here_with_the_place_where_it_was(forks: Helper | None) -> None:
    with bounded(map, int, ["1", "x"], helper=forks) as found:
        assert next(found) == 1
        with pytest.raises(ValueError, match="invalid literal") as raised:
            next(found)
    assert "in _serve" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        pytest.param(bytearray, 200_000_000, id="memory"),
        pytest.param(partial(pow, 3), 20_000_000, id="time"),
        pytest.param(os._exit, 3, id="death"),
    ],
)
def test_too_much_memory_or_time_ends_the_process_alone(forks: Helper | None, function: Any, argument: int) -> None:
    with (
        pytest.raises(OutOfBounds),
        bounded(map, function, [argument], memory=100_000_000, seconds=0, helper=forks) as found,
    ):
        list(found)
    with bounded(map, len, [b"fine"], helper=forks) as found:
        assert list(found) == [4]


def test_memory_within_bounds_is_given(forks: Helper | None) -> None:
    with bounded(map, bytearray, [100_000_000], helper=forks) as found:
        assert len(next(found)) == 100_000_000


def test_a_process_whose_results_nobody_wants_ends(forks: Helper | None) -> None:
    with bounded(iter, os.getpid, None, helper=forks) as found:
        pid = next(found)
        assert pid != os.getpid()
    wait_for(lambda: not is_alive(pid), what="the process to end")


def test_a_helper_that_nobody_needs_ends_and_comes_back() -> None:
    helper = Helper()
    with bounded(range, 3, helper=helper) as found:
        assert next(found) == 0
        first = helper._process
        assert first is not None
        helper.rest(60)
        assert first.poll() is None, "it was needed a moment ago"
        helper.rest(0)
        assert first.poll() == 0
        assert list(found) == [1, 2], "what it has forked goes on"
    with bounded(range, 3, helper=helper) as found:
        assert list(found) == [0, 1, 2]


def test_a_helper_that_was_killed_is_started_again() -> None:
    helper = Helper()
    for _ in range(2):
        with bounded(range, 3, helper=helper) as found:
            assert list(found) == [0, 1, 2]
        assert helper._process is not None
        helper._process.kill()
        helper._process.wait()


OF_A_THREAD = threading.Lock()


def after_the_lock(first: int) -> Iterator[int]:
    yield from range(first)
    with OF_A_THREAD:
        yield first


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bounded_module, "_LOOKS_EVERY", 0.05)
    OF_A_THREAD.acquire()
    yield
    if OF_A_THREAD.locked():
        OF_A_THREAD.release()


def test_a_process_that_waits_for_a_lock_that_nobody_will_open_is_made_again(
    soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids, fork = [], bounded_module._fork

    def forked(connection: Any) -> int:
        pids.append(fork(connection))
        if len(pids) == 2:
            OF_A_THREAD.release()  # the thread is done with it before the third begins
        return pids[-1]

    monkeypatch.setattr(bounded_module, "_fork", forked)
    with bounded(after_the_lock, 0) as found:
        assert list(found) == [0]
    assert len(pids) == 3 and not any(map(is_alive, pids))


def test_one_that_waits_for_it_later_is_made_again_and_goes_on(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pids, fork = [], bounded_module._fork

    def forked(connection: Any) -> int:
        if pids:
            OF_A_THREAD.release()
        pids.append(fork(connection))
        return pids[-1]

    monkeypatch.setattr(bounded_module, "_fork", forked)
    with bounded(after_the_lock, 2) as found:
        assert list(found) == [0, 1, 2]
    assert len(pids) == 2 and not any(map(is_alive, pids))


def test_one_that_always_waits_is_given_up(soon: None) -> None:
    with bounded(after_the_lock, 2) as found:
        assert [next(found), next(found)] == [0, 1]
        with pytest.raises(OutOfBounds):
            next(found)
