"""A receiver on loopback, and a sender in this process."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.kit.config import Settings
from labeler.webhooks.sender import Sender
from labeler.webhooks.tables import webhook_deliveries, webhooks


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Answers what `answer` says (status, headers, body), by path, and writes down what came."""

    answer: Callable[[Call], tuple[int, dict[str, str], bytes]] = lambda call: (204, {}, b"")
    calls: list[Call] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def events(self, path: str = "/") -> list[dict[str, Any]]:
        return [call.event for call in self.calls if call.path == path]

    def says(self, status: int, **headers: str) -> None:
        self.answer = lambda call: (status, headers, b"")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if len(body) < int(self.headers["content-length"]):
                return  # who called was killed
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            found.calls.append(call)
            status, headers, answer = found.answer(call)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if status != 204:
                    self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return  # who called has hung up

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_allowed_hosts": "127.0.0.1", "webhook_allow_http": True})


@pytest.fixture
def sender(settings: Settings) -> Iterator[Sender]:
    found = Sender(settings, "test/0/one", "test/0/")
    yield found
    found.db.close()


@pytest.fixture
def send(sender: Sender) -> Callable[..., None]:
    """Read what happened and send what is due, without waiting for what comes later. turns: how often."""

    async def turns(count: int) -> None:
        for _ in range(count):
            await sender.turn()
            await sender.finish()
        await sender.close()

    return lambda count=2: asyncio.run(turns(count))


@pytest.fixture
def wait(service: Any) -> Callable[[float], None]:
    """Let time pass for webhooks and their deliveries."""

    def passes(seconds: float) -> None:
        micros = round(seconds * 1_000_000)

        def earlier(column: Any) -> Any:
            return sa.type_coerce(column, sa.BigInteger) - micros

        def move(tx: sa.Connection) -> None:
            for table, names in (
                (webhooks, ("failing_since", "paused_until", "previous_until")),
                (webhook_deliveries, ("next_at", "created_at")),
            ):
                tx.execute(sa.update(table).values({name: earlier(table.c[name]) for name in names}))

        service.db.write(move)

    return passes
