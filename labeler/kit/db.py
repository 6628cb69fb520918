"""Engines, transactions, and the only place where SQLite and PostgreSQL differ.

Services are plain functions that take a `Connection` first; `Database.write(fn, ...)` runs one in a
transaction and returns after the commit: what was answered is on disk (G1). Core tables rather than
ORM classes, since a labeled item costs about ten statements and must leave time for 500 a second.

SQLite. One writer at a time is a fact, so it is made the design: a thread owns the writing connection,
runs whatever callers wait in one transaction, each in a SAVEPOINT of its own, and commits once for all
of them (group commit). Between processes a file lock decides who writes: it wakes its waiters at once,
where SQLite's own busy handler would sleep and in the end say "database is locked" (G5). What it is worth:
docs/decisions/0009-group-commit.md

PostgreSQL. One transaction per call, repeated when the database asks for it (deadlock, serialization).
"""

import asyncio
import fcntl
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from labeler.kit.calls import Call, settle
from labeler.kit.compiled import CompiledStatement
from labeler.kit.config import Settings
from labeler.kit.engine import make_engine
from labeler.kit.errors import Problem, StorageFull, TooManyRequests, Unavailable
from labeler.kit.schema import OTHER_SCHEMA, lacks_something, schema_state
from labeler.kit.standing import DAMAGED, WATCH_SECONDS, Standing, is_damage
from labeler.kit.timekeeper import ClockWasSet, Timekeeper

P = ParamSpec("P")
T = TypeVar("T")

CHECKPOINT_SECONDS = 0.5
MOST_IN_TURN = 32
BATCH_SECONDS = 0.02  # a group commit takes in new callers for at most this long
RETRIED = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock
LOST = ("57P01", "57P02", "57P03", "08")  # PostgreSQL: shut down, starting up, connection exceptions


def explain(error: Exception) -> Exception:
    """The caller's version of a database error: full disk and lost connection are reported as such (G22)."""
    if isinstance(error, DBAPIError):
        text = str(error.orig).lower()
        state = getattr(error.orig, "sqlstate", None) or ""
        if is_damage(error):
            return Unavailable(DAMAGED)
        if state == "53100" or "disk is full" in text or "no space left" in text:
            return StorageFull("The disk is full: nothing was changed. Free some space and try again.")
        if (
            error.connection_invalidated
            or state.startswith(LOST)
            or "disk i/o error" in text
            or "locked" in text
            or (isinstance(error, OperationalError) and not state and "sqlite3" not in str(type(error.orig)))
        ):
            return Unavailable("The database can't be reached right now: nothing was changed. Try again.")
    return error


class Database:
    """Reads and writes of one process. `group_commit` is for processes with many callers (the API)."""

    def __init__(
        self, settings: Settings, *, group_commit: bool = False, durable: bool = True, keeps_time: bool = False
    ) -> None:
        """keeps_time: notice when the database's clock jumps (the API does anyway); all tables are loaded.

        durable=False is for jobs: a power cut may cost the last of their transactions, and the row that
        says how far the job is with it, so that the job goes on from there. Nothing can be torn."""
        self.settings = settings
        self.engine = make_engine(settings, durable=durable)
        self.is_sqlite = settings.is_sqlite
        # What the API writes are rows found by an index; what jobs write is not.
        self._writer = make_engine(settings, by_index=True) if group_commit and not self.is_sqlite else self.engine
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock_path = str(sa.make_url(settings.url).database) + ".lock" if self.is_sqlite else ""
        self._local = threading.Lock()
        self._closing = threading.Event()
        self._turns = asyncio.Semaphore(1)
        self._in_turn = 0
        self.standing = Standing(settings, self.engine)
        self._timekeeper = Timekeeper() if group_commit or keeps_time else None
        if group_commit and not self.is_sqlite:
            threading.Thread(target=self._watch_forever, name="watch", daemon=True).start()
        if group_commit and self.is_sqlite:
            self._thread = threading.Thread(target=self._write_forever, name="writer", daemon=True)
            self._thread.start()
            threading.Thread(target=self._checkpoint_forever, name="checkpoint", daemon=True).start()

    def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, ...)` on one consistent view of the data."""
        try:
            with self.engine.connect() as connection, connection.begin():
                self.standing.check()
                return fn(connection, *args, **kwargs)
        except DBAPIError as error:
            raise self._explain(error) from error

    def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, ...)` in a transaction; returns once it is committed."""
        if self._thread is not None:
            future: Future[T] = Future()
            self._calls.put(Call(lambda tx: fn(tx, *args, **kwargs), future))
            return future.result()
        return self._transaction(lambda tx: fn(tx, *args, **kwargs))

    async def aread(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(lambda: self.read(fn, *args, **kwargs))

    async def awrite(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._thread is not None:
            # The write happens even if the client hangs up meanwhile and nobody awaits this any more.
            loop = asyncio.get_running_loop()
            future: asyncio.Future[T] = loop.create_future()
            self._calls.put(Call(lambda tx: fn(tx, *args, **kwargs), future, loop))
            return await future
        return await asyncio.to_thread(lambda: self.write(fn, *args, **kwargs))

    async def awrite_in_turn(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `awrite`, one after the other: for people whom nobody knows yet, since threads and connections are there
        for those who work (G29). Raises `TooManyRequests` where too many wait."""
        if self._in_turn >= MOST_IN_TURN:
            raise TooManyRequests("Many people log in at this moment. Try again in a few seconds.", retry_after=5)
        self._in_turn += 1
        try:
            async with self._turns:
                return await self.awrite(fn, *args, **kwargs)
        finally:
            self._in_turn -= 1

    def keep_time(self) -> None:
        """Look whether the database's clock jumped, if nobody did for a while."""
        if self._timekeeper is not None and self._timekeeper.is_due():
            self._transaction(lambda tx: None, keep_time=True)

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._calls.put(None)
            self._thread.join()
            self._thread = None
        for engine in {self.engine, self._writer}:
            engine.dispose()

    def _transaction(self, run: Callable[[Connection], T], keep_time: bool = False) -> T:
        for attempt in range(4):
            try:
                with self._writing(keep_time) as tx:
                    result = run(tx)
                return result
            except ClockWasSet:
                continue
            except DBAPIError as error:
                if attempt < 3 and getattr(error.orig, "sqlstate", None) in RETRIED:
                    time.sleep(0.01 * 2**attempt)
                    continue
                if isinstance(error, IntegrityError):
                    raise
                raise self._explain(error) from error
        raise Unavailable("The clock is being set: nothing was changed. Try again.")

    @contextmanager
    def _writing(self, keep_time: bool = False) -> Iterator[Connection]:
        with self._turn(), self._writer.connect() as connection:
            self.standing.check()
            if self.is_sqlite:
                connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            if self._timekeeper is not None and (keep_time or self._timekeeper.suspects()):
                with connection.begin():  # of its own: what follows may fail
                    look = self._timekeeper.look(connection)
                self._timekeeper.keep(look)
            with connection.begin():
                yield connection
                if self._timekeeper is not None and self._timekeeper.suspects():
                    raise ClockWasSet  # what was just read and written may be wrong by days: once more

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold this host's right to write to the SQLite file."""
        if not self.is_sqlite:
            yield
            return
        with self._local:
            handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)

    def _explain(self, error: Exception) -> Exception:
        if lacks_something(error):
            with suppress(DBAPIError), self.engine.connect() as connection:
                if (state := schema_state(connection)) in OTHER_SCHEMA:
                    return Unavailable(OTHER_SCHEMA[state])
        self.standing.note(error)
        return Unavailable(self.standing.fault) if self.standing.fault else explain(error)

    def _watch_forever(self) -> None:
        """Notice within seconds, though nobody asks for anything: another database, a clock that was set."""
        while True:
            with suppress(Exception):
                self.standing.look()
                self.keep_time()
            if self._closing.wait(WATCH_SECONDS):
                return

    def _checkpoint_forever(self) -> None:
        """Move the WAL into the database, for which the writer would otherwise stop every few commits; but not over a
        file that somebody put in its place."""
        connection: Any = self.engine.raw_connection()
        try:
            while not self._closing.wait(CHECKPOINT_SECONDS):
                with suppress(sqlite3.Error, OSError, DBAPIError, Problem):
                    if self.standing.look():
                        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                        self.keep_time()
        finally:
            connection.close()

    def _write_forever(self) -> None:
        again: list[Call] = []
        while (call := again.pop() if again else self._calls.get()) is not None:
            done: list[Call] = []
            try:
                with self._writing() as tx:
                    # Beyond this the writer does help: the WAL must not grow without bound.
                    tx.exec_driver_sql("PRAGMA wal_autocheckpoint=20000")
                    stop_at = time.monotonic() + BATCH_SECONDS
                    while call is not None:
                        done.append(call)
                        self._run_in_savepoint(tx, call)
                        if time.monotonic() > stop_at:
                            break
                        try:
                            call = again.pop() if again else self._calls.get_nowait()
                        except queue.Empty:
                            break
            except ClockWasSet:
                again += reversed(done)
                if call is None:
                    self._calls.put(None)
                continue
            except Exception as error:  # the commit failed: none of them happened
                done = done or ([call] if call is not None else [])
                reported = self._explain(error)
                for waiting in done:
                    waiting.outcome = (None, reported)
            settle(done)
            if call is None:
                return

    def _run_in_savepoint(self, tx: Connection, call: Call) -> None:
        tx.exec_driver_sql("SAVEPOINT call")
        try:
            call.outcome = (call.run(tx), None)
        except Exception as error:
            # When SQLite has already rolled everything back (full disk), this raises and fails the batch.
            tx.exec_driver_sql("ROLLBACK TO call")
            call.outcome = (None, error if isinstance(error, IntegrityError) else self._explain(error))
        tx.exec_driver_sql("RELEASE call")


def _lock(function: Any) -> CompiledStatement:
    asked = function(sa.func.hashtext(sa.bindparam("name")), sa.bindparam("number", type_=sa.Integer))
    return CompiledStatement(sa.select(asked.label("locked")))


LOCK = {False: _lock(sa.func.pg_advisory_xact_lock), True: _lock(sa.func.pg_advisory_xact_lock_shared)}


def lock(tx: Connection, name: str, number: int, *, shared: bool = False) -> None:
    """Wait for a lock that lasts until the transaction ends. SQLite has one writer: nothing to wait for."""
    if tx.dialect.name == "postgresql":
        LOCK[shared](tx, name=name, number=number)


def insert_for(dialect: str, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT, in this dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def upsert(tx: Connection, table: sa.Table) -> Any:
    return insert_for(tx.dialect.name, table)
