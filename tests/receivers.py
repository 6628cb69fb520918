"""A receiver of webhooks on loopback, for tests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens."""
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
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
