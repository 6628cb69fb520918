"""A load of labelers in a closed loop, without think time, in a process of its own.

Plain sockets: an HTTP client library would cost as much as the service that it measures.
"""

import asyncio
import json
import multiprocessing
import random
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Measured:
    """Seconds of each request, what was labeled, and every answer that was not a success."""

    seconds: float = 0.0
    next_times: list[float] = field(default_factory=list)
    submit_times: list[float] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.submit_times) / self.seconds

    def summary(self) -> dict[str, Any]:
        return {
            "items_per_second": round(self.rate),
            "next_p50_ms": quantile(self.next_times, 0.5),
            "next_p99_ms": quantile(self.next_times, 0.99),
            "submit_p50_ms": quantile(self.submit_times, 0.5),
            "submit_p99_ms": quantile(self.submit_times, 0.99),
            "errors": len(self.errors),
            "handed_out_twice": len(self.keys) - len(set(self.keys)),
        }


def quantile(times: list[float], share: float) -> float:
    """Milliseconds."""
    ordered = sorted(times)
    return round(1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1) if ordered else 0.0


class _Connection:
    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def post(self, path: str, body: Any) -> tuple[int, bytes]:
        data = json.dumps(body).encode()
        head = (
            f"POST /api/v1{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {self.token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        )
        self.writer.write(head.encode() + data)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        place = answer.lower().index(b"content-length: ") + 16
        length = int(answer[place : answer.index(b"\r\n", place)])
        return int(answer[9:12]), await self.reader.readexactly(length)


async def _label(port: int, token: str, path: str, until: float, think: float, found: Measured) -> None:
    connection = _Connection(port, token)
    await connection.open()
    while time.monotonic() < until:
        started = time.perf_counter()
        status, body = await connection.post(f"{path}/queue/next", {"n": 1})
        found.next_times.append(time.perf_counter() - started)
        if status != 200:
            found.errors.append(f"next {status} {body[:200]!r}")
            continue
        items = json.loads(body)["items"]
        if not items:
            return
        key = items[0]["key"]
        found.keys.append(key)
        if think:
            await asyncio.sleep(think * random.uniform(0.5, 1.5))
        answer = {
            "item_key": key,
            "value": "spam" if int(key[1:]) % 2 else "ham",
            "idempotency_key": key,
            "elapsed_ms": 900,
        }
        started = time.perf_counter()
        status, body = await connection.post(f"{path}/labels", answer)
        found.submit_times.append(time.perf_counter() - started)
        if status != 201:
            found.errors.append(f"label {status} {body[:200]!r}")
    connection.writer.close()


def _run(ports: list[int], tokens: list[str], path: str, seconds: float, think: float, results: Any) -> None:
    found = Measured()

    async def everybody() -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(_label(ports[n % len(ports)], token, path, until, think, found) for n, token in enumerate(tokens))
        )

    started = time.monotonic()
    asyncio.run(everybody())
    found.seconds = time.monotonic() - started
    results.put(found)


def label_for(ports: list[int], tokens: list[str], path: str, seconds: float, think: float = 0.0) -> Measured:
    """Every token labels as fast as it can for so many seconds."""
    results: Any = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(ports, tokens, path, seconds, think, results)
    )
    process.start()
    found: Measured = results.get(timeout=seconds + 60)
    process.join()
    return found
