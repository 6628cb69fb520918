"""Strangers who mean harm, in a process of their own: ten clients, each doing one kind of abuse again and again.

They share a machine with the service that they attack, so each is held to what one stranger far away can do: 50 steps
per second, a step being a connection, a request or 64 KB. Each has an address of its own, which has done nothing
before. Plain sockets, so that they cost little themselves.
"""

import asyncio
import base64
import multiprocessing
import os
import random
import struct
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

STEPS_PER_SECOND = 50
HELD = 200
"""How many connections a client keeps open at the same time, where that is its abuse."""
PART = b"x" * 64 * 1024
API = b"/api/v1"
HEAD = b" HTTP/1.1\r\nhost: 127.0.0.1\r\n"
FORM = b'--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n'
RUN_THE_PAGE = b"Z\x00"
"""What a browser sends to have Streamlit run its page (`BackMsg.rerun_script`)."""

Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Stranger:
    """One client: it may `step` only so often, and `open` a connection or hold many."""

    def __init__(self, port: int, address: str) -> None:
        self.port = port
        self.address = address
        self.steps = 0
        self.answers: Counter[str] = Counter()
        self._held: deque[asyncio.StreamWriter] = deque()
        self._next = time.monotonic()

    async def step(self) -> None:
        self.steps += 1
        self._next = max(self._next + 1 / STEPS_PER_SECOND, time.monotonic())
        await asyncio.sleep(self._next - time.monotonic())

    async def open(self) -> Connected:
        await self.step()
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.address, 0))

    def hold(self, writer: asyncio.StreamWriter) -> None:
        self._held.append(writer)
        if len(self._held) > HELD:
            self._held.popleft().transport.abort()

    async def status(self, reader: asyncio.StreamReader) -> None:
        """Note how a request was answered, if it was: within a few seconds."""
        with suppress(asyncio.TimeoutError):
            self.answers[(await asyncio.wait_for(reader.readline(), 5))[9:12].decode() or "closed"] += 1

    async def until_refused(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, part: bytes) -> None:
        """Send the same again and again, as long as it is taken, 32 MB at most."""
        for _ in range(500):
            await self.step()
            writer.write(part)
            await asyncio.wait_for(writer.drain(), 5)
            if reader.at_eof():
                return


async def slow_heads(stranger: Stranger) -> None:
    """Many requests whose heads come a header at a time."""
    _, writer = await stranger.open()
    stranger.hold(writer)
    for one in list(stranger._held)[-10:]:
        await stranger.step()
        one.write(b"GET / HTTP/1.1\r\n" if one is writer else b"x-slow: 1\r\n")


async def endless_heads(stranger: Stranger) -> None:
    reader, writer = await stranger.open()
    writer.write(b"GET /healthz" + HEAD)
    await stranger.until_refused(reader, writer, b"x-long: 1\r\n" * 1000)


async def half_open(stranger: Stranger) -> None:
    """Connections over which nothing comes, or half a log-in."""
    _, writer = await stranger.open()
    if stranger.steps % 2:
        writer.write(b"POST " + API + b"/session" + HEAD + b"content-length: 60000\r\n\r\n{")
    stranger.hold(writer)


async def big_json(stranger: Stranger) -> None:
    reader, writer = await stranger.open()
    head = b"content-type: application/json\r\ncontent-length: 700000000\r\n\r\n["
    writer.write(b"POST " + API + b"/session" + HEAD + head)
    await stranger.until_refused(reader, writer, PART)
    await stranger.status(reader)


async def big_forms(stranger: Stranger) -> None:
    """In chunks: how long they are is not told before."""
    reader, writer = await stranger.open()
    head = b"content-type: multipart/form-data; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n"
    path = (b"/imports/preview", b"/projects/load/imports")[stranger.steps % 2]
    writer.write(b"POST " + API + path + HEAD + head + b"%x\r\n%s\r\n" % (len(FORM), FORM))
    await stranger.until_refused(reader, writer, b"%x\r\n%s\r\n" % (len(PART), PART))
    await stranger.status(reader)


async def big_bodies(stranger: Stranger) -> None:
    """Of other types, and of none, to addresses that exist and to others."""
    kinds = (b"text/csv", b"application/octet-stream", b"text/plain", b"application/zip", b"")
    paths = (b"/projects/load/items", b"/nowhere", b"/invitation")
    number = sum(stranger.answers.values())
    kind, path = kinds[number % len(kinds)], paths[number % len(paths)]
    reader, writer = await stranger.open()
    head = b"content-type: " + kind + b"\r\ntransfer-encoding: chunked\r\n\r\n"
    writer.write(b"POST " + API + path + HEAD + head)
    await stranger.until_refused(reader, writer, b"%x\r\n%s\r\n" % (len(PART), PART))
    await stranger.status(reader)


async def log_ins(stranger: Stranger) -> None:
    """Guesses, for another account each time, without waiting for the answer to the one before."""
    reader, writer = await stranger.open()
    body = b'{"email":"guess%d@example.org","password":"guess %d"}' % (stranger.steps, stranger.steps)
    head = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    writer.write(b"POST " + API + b"/session" + HEAD + head + body)
    stranger.hold(writer)
    noting = asyncio.create_task(stranger.status(reader))
    noting.add_done_callback(lambda done: done.cancelled() or done.exception())


async def pages(stranger: Stranger) -> None:
    """WebSockets of the UI: opened, then asked to run the page again and again, then sent what is too long."""
    reader, writer = await stranger.open()
    upgrade = b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
    key = b"sec-websocket-key: " + base64.b64encode(os.urandom(16)) + b"\r\n\r\n"
    writer.write(b"GET /_stcore/stream" + HEAD + upgrade + key)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    stranger.answers[answer[9:12].decode()] += 1
    stranger.hold(writer)
    for _ in range(20):
        await stranger.step()
        writer.write(frame(RUN_THE_PAGE))
    if stranger.steps % 2:
        await stranger.step()
        writer.write(frame(PART + b"x"))


def frame(payload: bytes) -> bytes:
    """A binary message from a client, masked with zeros (RFC 6455)."""
    size = len(payload)
    length = struct.pack(">BH", 0x80 | 126, size) if size < 65536 else struct.pack(">BQ", 0x80 | 127, size)
    return b"\x82" + (bytes([0x80 | size]) if size < 126 else length) + b"\0\0\0\0" + payload


async def uploads(stranger: Stranger) -> None:
    """Files to the UI's server."""
    reader, writer = await stranger.open()
    head = b"content-type: multipart/form-data; boundary=b\r\ncontent-length: 500000000\r\n\r\n"
    writer.write(b"PUT /_stcore/upload_file/a/b" + HEAD + head + FORM)
    await stranger.until_refused(reader, writer, PART)
    await stranger.status(reader)


async def never_read(stranger: Stranger) -> None:
    """Requests one after the other whose answers nobody reads."""
    reader, writer = await stranger.open()
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    stranger.hold(writer)
    for _ in range(20):
        await stranger.step()
        writer.write(b"GET " + API + b"/openapi.json" + HEAD + b"\r\n")


KINDS: tuple[Callable[[Stranger], Awaitable[None]], ...] = (
    slow_heads,
    endless_heads,
    half_open,
    big_json,
    big_forms,
    big_bodies,
    log_ins,
    pages,
    uploads,
    never_read,
)


async def _again_and_again(abuse: Callable[[Stranger], Awaitable[None]], stranger: Stranger) -> None:
    while True:
        # Refused, cut off, or kept waiting: what it is there for. On it goes.
        with suppress(OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            await abuse(stranger)


def _run(port: int, names: list[str], ending: Any, results: Any) -> None:
    kinds = [abuse for abuse in KINDS if abuse.__name__ in names]
    network = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}"
    strangers = {abuse.__name__: Stranger(port, f"{network}.{n}") for n, abuse in enumerate(kinds, 1)}

    async def all_of_them() -> None:
        tasks = [asyncio.create_task(_again_and_again(abuse, strangers[abuse.__name__])) for abuse in kinds]
        results.put(None)
        while not ending.is_set():
            await asyncio.sleep(0.1)
            for task in tasks:
                if task.done():
                    task.result()
        for task in tasks:
            task.cancel()

    try:
        asyncio.run(all_of_them())
    finally:
        results.put({name: {"steps": one.steps, **one.answers} for name, one in strangers.items()})


@contextmanager
def hostile_strangers(port: int, *kinds: str) -> Iterator[dict[str, dict[str, int]]]:
    """They are at it while this lasts, all or those of some kinds. What each did, and how it was answered, is known
    afterwards."""
    names = list(kinds) or [abuse.__name__ for abuse in KINDS]
    context = multiprocessing.get_context("spawn")
    ending, results = context.Event(), context.Queue()
    process = context.Process(target=_run, args=(port, names, ending, results))
    process.start()
    results.get(timeout=60)
    found: dict[str, dict[str, int]] = {}
    try:
        yield found
    finally:
        ending.set()
        found.update(results.get(timeout=60))
        process.join(60)
