"""The worker: claims jobs, runs each in a process of its own, keeps their leases, notices the dead.

A worker owns a slot: a file lock on local disk that its job processes inherit. Who gets the lock knows
that the former worker and all its processes are gone, and takes their jobs over at once; the leases in
the table remain for lost machines. What job processes come from is kept warm, since importing scikit-learn
takes longer than ranking a queue. A worker alongside the API gets it ready when somebody who is logged in
is there (a byte on its standard input says so), which is long before their labels ask for a training: a
service that nobody uses holds half the memory, and starts without it.
"""

import fcntl
import json
import os
import selectors
import signal
import socket
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO

from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Problem
from labeler.kit.jobs import engine, schedule
from labeler.kit.jobs.children import Child, Children
from labeler.kit.jobs.engine import Claim
from labeler.kit.memory import frugal

POLL_SECONDS = 0.15
RENEW_SECONDS = 3.0
CANCEL_SECONDS = 0.5
SWEEP_SECONDS = 5.0
SPARE_SECONDS = 20.0
FORKED_SECONDS = 5.0
"""How long an idle process is kept: one that took seconds to start, and one that takes milliseconds."""
LEAST_SECONDS = 1.0
"""A process that has just got ready takes the job that it was started for, however short it is kept without one."""
MORE = 2
"""Processes beyond the slots, for jobs that somebody waits for: one job that is long must not hold up all others."""
SOON_SECONDS = 1.0
"""A job that takes longer may take long: a process gets ready for what comes next."""


def take_slot(settings: Settings) -> tuple[int, IO[bytes]]:
    """Lock the first free worker slot of this machine; the file stays open as long as the lock is meant."""
    folder = settings.home / "locks" / socket.gethostname()
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        handle = open(folder / f"slot-{number}", "wb")  # noqa: SIM115 (held until the process ends)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return number, handle
        except BlockingIOError:
            handle.close()
            number += 1


class Worker:
    def __init__(
        self,
        settings: Settings,
        modules: Sequence[str],
        later: Sequence[str] = (),
        *,
        awaited: Sequence[str] = (),
        embedded: bool = False,
    ) -> None:
        """modules: what a job process imports before its first job; later: what it imports when it has no job, or one
        of a kind that it does not know. awaited: kinds of jobs that somebody waits for, which `modules` have.
        embedded: end with standard input."""
        self.awaited = awaited
        self.settings = settings
        self.embedded = embedded
        self.slot, self._slot_file = take_slot(settings)
        self.prefix = f"{socket.gethostname()}/{self.slot}/"
        self.name = self.prefix + uuid.uuid4().hex[:12]
        self.db = Database(settings, keeps_time=True)
        self.log = telemetry.logger().bind(worker=self.name)
        self._selector = selectors.DefaultSelector()
        environment = {
            **settings.environment(),
            "LABELER_JOB_MODULES": json.dumps(modules),
            "LABELER_JOB_MODULES_LATER": json.dumps(later),
            **frugal(),
        }
        self.children = Children(environment, self._slot_file.fileno(), self._selector)
        self._stopping = False
        self._last_wanted = float("-inf")
        self._swept = 0.0

    def run(self) -> None:
        """Work until stopped (SIGTERM, SIGINT, or the end of standard input when embedded)."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if self.embedded:
            self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        freed = self.db.write(engine.give_back_of, self.prefix, self.name)
        self.log.info("worker started", freed=freed)
        if not self.embedded:
            self.warm()
        try:
            while not self._stopping:
                try:
                    self.step()
                except Problem as problem:  # the database is away: wait for it
                    self.log.warning("worker waits", reason=problem.detail)
                    time.sleep(1)
                self._wait()
        finally:
            self._hand_back()
            self.log.info("worker stopped")

    def warm(self) -> None:
        """Get ready for jobs, unless that is done. From now on what is ready waits for `warm_seconds` again."""
        if self.settings.warm_seconds:
            self._last_wanted = time.monotonic()
            self.children.get_ready()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _wait(self) -> None:
        for key, _ in self._selector.select(POLL_SECONDS):
            if key.fileobj == sys.stdin.fileno():
                if os.read(sys.stdin.fileno(), 4096):
                    self.warm()
                else:
                    self._stopping = True
            else:
                child: Child = key.data
                if child.listen():
                    child.ready, child.claim, child.idle_since = True, None, time.monotonic()

    def step(self) -> None:
        now = time.monotonic()
        for child in list(self.children.all):
            self._look_after(child, now)
        if self.children.forks and not self.children.all and now - self._last_wanted > self._kept_ready:
            self.children.rest()
        if now - self._swept > SWEEP_SECONDS:
            self._swept = now
            self.db.keep_time()  # before: no lease has run out because the clock was set
            self.db.write(engine.give_back_expired)
        for due in self.db.read(schedule.due):
            self.db.write(schedule.run_due, due)
        busy = [child for child in self.children.all if child.claim is not None]
        idle = [child for child in self.children.all if child.claim is None]
        if len(busy) < self.settings.worker_slots and self._claim_next(now, [c for c in idle if not c.light], None):
            return
        if self.awaited and len(busy) < self.settings.worker_slots + MORE:
            full = len(busy) >= self.settings.worker_slots
            waiting = idle if full else [child for child in idle if child.light]
            self._claim_next(now, waiting, self.awaited, may_start=full or self.children.are_not_warm)
            if (
                not self.children.forks
                and full
                and not idle
                and any(now - child.claimed > SOON_SECONDS for child in busy)
            ):
                self.children.add(light=True)

    def _claim_next(self, now: float, idle: list[Child], kinds: Sequence[str] | None, may_start: bool = True) -> bool:
        """Give the next job (kinds: of these alone) to one of these processes, or to a new one once it is ready."""
        if not self.db.read(engine.anything_due, kinds):
            return False
        child = next((c for c in idle if c.ready), None) or next(iter(idle), None)
        if child is None and may_start:
            child = self.children.add(light=kinds is not None)
        if child is None or not child.ready:
            return False  # it tells when it is warm; until then nothing is claimed that could not be started
        claim = engine.claim(self.db, self.name, kinds)
        if claim is None:
            return False
        self._last_wanted = child.renewed = child.looked = child.claimed = now
        child.claim, child.ready = claim, False
        child.tell({"deadline": self._lease * 0.8})
        child.tell({"job": claim.id, **asdict(claim)})
        return True

    @property
    def _lease(self) -> float:
        return engine.LEASE_SECONDS["sqlite" if self.settings.is_sqlite else "postgresql"]

    @property
    def _kept_ready(self) -> float:
        return max(self.settings.warm_seconds, LEAST_SECONDS)

    def _look_after(self, child: Child, now: float) -> None:
        if child.gone:
            self._bury(child)
        elif child.claim is None:
            if child.ready and now > self._kept_until(child):
                child.kill()
                self._bury(child)
        else:
            self._keep(child, child.claim, now)

    def _kept_until(self, child: Child) -> float:
        """What is forked is there at once. Elsewhere one stays warm for long, and more are for busy times."""
        if self.children.forks:
            return child.idle_since + min(FORKED_SECONDS, self._kept_ready)
        if any(c is not child and c.claim is None and c.light <= child.light for c in self.children.all):
            return child.idle_since + SPARE_SECONDS
        return max(child.idle_since, self._last_wanted) + self._kept_ready

    def _keep(self, child: Child, claim: Claim, now: float) -> None:
        cancel = False
        if now - child.renewed > RENEW_SECONDS:
            try:
                cancel = self.db.write(engine.renew, claim.id, claim.attempt)
            except engine.Fenced:
                return  # finished meanwhile (it will say so), or taken over (its own writes will stop it)
            child.renewed = child.looked = now
            child.tell({"deadline": self._lease * 0.8})
        elif now - child.looked > CANCEL_SECONDS:
            cancel = self.db.read(engine.cancel_wanted, claim.id)
            child.looked = now
        if cancel:
            child.kill()
            self._bury(child)

    def _bury(self, child: Child) -> None:
        """The process is gone: its job, unless finished, is given back (or cancelled, if that was asked)."""
        self.children.remove(child)
        if child.claim is not None and self.db.write(engine.give_back, child.claim.id, child.claim.attempt):
            self.log.info("job given back", job=child.claim.id, pid=child.pid)

    def _hand_back(self) -> None:
        for child in list(self.children.all):
            child.kill()
            try:
                self._bury(child)
            except Problem as problem:
                self.log.warning("job not handed back, its lease will end", reason=problem.detail)
        self.children.rest()
        self.db.close()
        self._slot_file.close()
