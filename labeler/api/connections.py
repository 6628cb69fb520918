"""What one connection may cost before anybody has logged in (G29): a time and a size for the head of a request, a pace
for its body and for reading the answer, and only so many connections.

uvicorn bounds none of these. Once a second all connections are looked at, so that a request pays for two clock readings
and no timer of its own.
"""

import resource
from collections.abc import Iterable
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
"""A body may take this long at any pace; after it, the pace counts."""
BODY_PACE = 1024
"""Bytes a second that a body must come with, on average."""
READING_SECONDS = 60.0
"""How long a client may read nothing of an answer."""
MOST = 4096
SPARE_FILES = 256
"""Of the files that a process may open, so many are not for connections."""

HEAD, BODY, SERVED = "head", "body", "served"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with an eye on what it waits for."""

    most: ClassVar[int] = MOST
    phase = HEAD
    since = 0.0
    size = 0
    refused = False
    stuck: float | None = None
    """Since when the client reads nothing, or sends what nobody wants any more."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.since = self.loop.time()
        if len(self.connections) > self.most:
            _make_room(self.connections)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        if self.phase == SERVED:
            self._begin()
        if self.phase == HEAD:
            self.size += len(data)
        super().data_received(data)
        if self.phase == HEAD and self.size > HEAD_BYTES and not self.refused:
            self._refuse(431)

    def _begin(self) -> None:
        self.phase, self.since, self.size = HEAD, self.loop.time(), 0

    def on_message_begin(self) -> None:
        if self.phase == SERVED:  # another request in the same bytes
            self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.refused:
            return
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse(431)
            return
        self.phase, self.since, self.size = BODY, self.loop.time(), 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.refused:
            self.size += len(body)
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.refused:
            self.phase = SERVED
            super().on_message_complete()

    def look(self, now: float) -> None:
        """End the connection where it keeps us waiting."""
        flow: FlowControl = self.flow
        waited = now - self.since
        unwanted = self.phase == BODY and self.cycle is not None and self.cycle.response_complete
        if unwanted or flow.write_paused:
            self.stuck = self.stuck or now
            if now - self.stuck > (BODY_SECONDS if unwanted else READING_SECONDS):
                self.transport.abort()
            return
        self.stuck = None
        if self.phase == HEAD and waited > HEAD_SECONDS:
            if self.size:
                self._refuse(408)
            else:
                self.transport.close()  # opened ahead, or held open
        elif self.phase == BODY and flow.read_paused:
            self.since, self.size = now, 0  # it is we who keep it waiting
        elif self.phase == BODY and waited > BODY_SECONDS and self.size < BODY_PACE * waited:
            self.transport.abort()

    def waits(self) -> bool:
        """Whether nothing is being done for it."""
        return self.phase == HEAD or (self.phase == SERVED and self.cycle.response_complete)

    def _refuse(self, status: int) -> None:
        self.refused = True
        self.transport.write(STATUS_LINE[status] + b"connection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


def _make_room(connections: Iterable[Any]) -> None:
    """Close the connection that has been waiting longest, where there are too many."""
    waiting = [one for one in connections if isinstance(one, BoundedProtocol) and one.waits()]
    if waiting:
        min(waiting, key=lambda one: one.since).transport.close()


def sweep(connections: Iterable[Any]) -> None:
    """Look at each connection; WebSockets look after themselves (pings)."""
    for one in list(connections):
        if isinstance(one, BoundedProtocol) and not one.transport.is_closing():
            one.look(one.loop.time())


def more_files() -> None:
    """Let this process open as many files as it may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST if hard == resource.RLIM_INFINITY else min(hard, 2 * MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    BoundedProtocol.most = MOST if soft == resource.RLIM_INFINITY else max(16, min(MOST, soft - SPARE_FILES))


def bounded_server(site: Any, **options: Any) -> uvicorn.Server:
    """A server whose connections are bounded. options: of `uvicorn.Config`."""
    more_files()

    async def look() -> None:
        sweep(server.server_state.connections)

    config = uvicorn.Config(site, http=BoundedProtocol, callback_notify=look, timeout_notify=0, **options)
    server = uvicorn.Server(config)
    return server
