"""Sends what waits: one thread of a worker, one webhook after the other for each receiver, several receivers at once.

Why a thread of the worker and no jobs: a job is a process in one of a few slots, so a receiver that takes 15 seconds to
answer would keep a training waiting; a job for each event would be hundreds of rows and process hand-overs a second;
and what is sent must be in order. The thread does nothing but wait for sockets, gives way to everything else (its
niceness is that of jobs), and is not in the API's process, where it would take the interpreter from labelers. One of
all workers does it, by a lease in the database; the next one on the same machine knows that the one before is dead
(`Worker.prefix`), and takes over at once.

At least once: an attempt is recorded after it was made. Who is killed in between sends it again, with the same id.
"""

import asyncio
import os
import threading
import time
from typing import TYPE_CHECKING

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from labeler.kit import telemetry
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Problem
from labeler.webhooks import reading, signing
from labeler.webhooks.tables import webhook_reader

if TYPE_CHECKING:
    from labeler.webhooks.attempts import Attempt, Target
    from labeler.webhooks.transport import Transport

POLL_SECONDS = 0.25
IDLE_SECONDS = 1.0  # while no webhook is on
LEASE_SECONDS = 15.0
RENEW_SECONDS = 4.0
RECORD_SECONDS = 0.5  # what was sent is recorded together
STINT_SECONDS = 5.0  # then others have their turn
ROUNDS = 20


class Sender:
    """name, prefix: of the worker whose thread it is."""

    def __init__(self, settings: Settings, name: str, prefix: str) -> None:
        self.settings = settings
        self.name = name
        self.prefix = prefix
        self.db = Database(settings, durable=False)  # what a power cut takes back is sent again
        self.log = telemetry.logger().bind(worker=name)
        self._reader = reading.Reader()
        self._transport: Transport | None = None
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._served: dict[int, float] = {}
        """When each was last turned to: who has waited longest comes first."""
        self._renewed = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        if self.settings.webhook_connections:
            self._thread.start()

    def stop(self) -> None:
        """What is under way is not waited for: it is sent again."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self.db.close()

    def _run(self) -> None:
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self.settings.job_niceness)
        asyncio.run(self._forever())

    async def _forever(self) -> None:
        while not self._stopping.is_set():
            pause = IDLE_SECONDS
            try:
                pause = POLL_SECONDS if await self.turn() else IDLE_SECONDS
            except Problem as problem:  # the database is away: wait for it
                self.log.warning("webhooks wait", reason=problem.detail)
            except Exception:
                self.log.exception("webhooks stumbled")
            await asyncio.to_thread(self._stopping.wait, pause)
        await self.close()

    async def close(self) -> None:
        for task in list(self._busy.values()):
            task.cancel()
        await asyncio.gather(*list(self._busy.values()), return_exceptions=True)
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*list(self._busy.values()))

    async def turn(self) -> bool:
        """Read what happened, begin to send what is due; returns whether there is a webhook to do it for."""
        if not await self.db.aread(reading.any_on) or not await self._leads():
            return False
        await self._read()
        free = self.settings.webhook_connections - len(self._busy)
        if free > 0:
            from labeler.webhooks import attempts  # the client for HTTP is imported where there is somebody to call

            found = await self.db.aread(attempts.ready, list(self._busy))
            for webhook_id in sorted(found, key=lambda one: self._served.get(one, 0.0))[:free]:
                self._served[webhook_id] = time.monotonic()
                self._busy[webhook_id] = asyncio.create_task(self._send(webhook_id))
        return True

    async def _leads(self) -> bool:
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            if not await asyncio.to_thread(self.db.write, lead, self.name, self.prefix):
                self._renewed = float("-inf")
                return False
            self._renewed = time.monotonic()
        return True

    async def _read(self) -> None:
        for _ in range(ROUNDS):
            found = await self.db.aread(self._reader.look)
            if found is None:
                return
            if found.read_to > found.was:
                try:
                    await asyncio.to_thread(self.db.write, self._reader.store, found, self.name)
                except (reading.Lost, IntegrityError):  # another worker, or a webhook that was deleted just now
                    self._renewed = float("-inf")
                    return
            if not found.is_full:
                return

    async def _send(self, webhook_id: int) -> None:
        """Send what is due to one webhook, in order, until something is not taken."""
        from labeler.webhooks import attempts
        from labeler.webhooks.addresses import Allowed
        from labeler.webhooks.transport import Transport

        if self._transport is None:
            self._transport = Transport(Allowed.of(self.settings), self.settings.webhook_connections)
        until = time.monotonic() + STINT_SECONDS
        try:
            while time.monotonic() < until and not self._stopping.is_set():
                found = await self.db.aread(attempts.take, webhook_id)
                if found is None or not found[1] or not await self._send_batch(self._transport, *found):
                    return
        except Problem as problem:
            self.log.warning("webhook waits", webhook=webhook_id, reason=problem.detail)
        except Exception:
            self.log.exception("webhook stumbled", webhook=webhook_id)
        finally:
            self._busy.pop(webhook_id, None)

    async def _send_batch(
        self, transport: "Transport", target: "Target", due: list[sa.Row[tuple[object, ...]]]
    ) -> bool:
        from labeler.webhooks import attempts

        done: list[Attempt] = []
        recorded, on = time.monotonic(), True
        for row in due:
            timestamp, body = int(time.time()), body_of(row)
            headers = {
                "content-type": "application/json",
                "user-agent": "labeler",
                **signing.headers(target.keys, row.message_id, timestamp, body),
            }
            outcome = await transport.post(target.url, headers, body)
            done.append(attempts.Attempt(row, outcome))
            if outcome.error is not None or time.monotonic() - recorded > RECORD_SECONDS or row is due[-1]:
                on = await asyncio.to_thread(self.db.write, attempts.record, target.id, done)
                done, recorded = [], time.monotonic()
            if not on or self._stopping.is_set():
                break
        if done:
            on = await asyncio.to_thread(self.db.write, attempts.record, target.id, done)
        return on


def body_of(row: sa.Row[tuple[object, ...]]) -> bytes:
    """The same bytes with every attempt."""
    said = {"type": row.event, "timestamp": row.at, "data": row.data}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)


def lead(tx: Connection, name: str, prefix: str) -> bool:
    """Be the one who reads and sends, or stay it; False while another worker is."""
    holder = webhook_reader.c.holder
    is_free = sa.or_(
        holder.is_(None),
        holder.startswith(prefix, autoescape=True),  # mine, or that of a dead one in my slot
        webhook_reader.c.lease_until < clock(),
    )
    mine = sa.update(webhook_reader).where(is_free).values(holder=name, lease_until=clock(LEASE_SECONDS))
    return tx.execute(mine).rowcount == 1
