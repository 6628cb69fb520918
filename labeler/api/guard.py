"""What the UI's server does for somebody who is not logged in (G29): it shows the pages one logs in on. It takes no
file, no long message, keeps only so many pages open, and runs them only so often: each run is Python in the process
that serves labelers."""

from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labeler.accounts.auth import is_known
from labeler.api.middleware import STRANGERS_BYTES, send_problem
from labeler.api.pace import Paces
from labeler.kit.db import Database
from labeler.kit.errors import NotFound, NotSignedIn

INTERNAL = "/_stcore/"
CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check")
READS = {"GET", "HEAD", "OPTIONS"}
PAGES = 300
"""Open pages of strangers, each of which costs the server a session."""
PAGES_OF_ONE = 60
"""Of them, those of one address."""
RUNS, RUNS_OF_ONE = (5.0, 12), (4.0, 12)
"""How often strangers' pages may be opened and run, together and from one address: per second, and at once. Logging in
takes about five: forty people of one house who log in within a minute don't wait. Many at once would hold labelers up
(150: for 2.5 s)."""
TRY_LATER, TOO_BIG = 1013, 1009  # codes of RFC 6455


class UiGuard:
    """Wraps the whole site; the API below `/api` looks after itself (`Around`)."""

    def __init__(self, app: ASGIApp, db: Database) -> None:
        self.app = app
        self.db = db
        self.open: Counter[str] = Counter()
        self.runs = Paces(RUNS_OF_ONE, RUNS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._page(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(CLOSED):
            await send_problem(NotFound("There is nothing at this address."), "", send)
        elif scope["type"] == "http" and scope["path"].startswith(INTERNAL) and scope["method"] not in READS:
            if await is_known(self.db, scope):
                await self.app(scope, receive, send)
            else:
                await send_problem(NotSignedIn("Log in before you upload a file."), "", send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await is_known(self.db, scope):
            await self.app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        if self.open.total() >= PAGES or self.open[address] >= PAGES_OF_ONE:
            await send({"type": "websocket.close", "code": TRY_LATER})
            return

        async def short() -> Message:
            message = await receive()
            if len(message.get("bytes") or message.get("text") or b"") > STRANGERS_BYTES:
                await send({"type": "websocket.close", "code": TOO_BIG})
                return {"type": "websocket.disconnect", "code": TOO_BIG}
            if message["type"] == "websocket.receive":
                await self.runs.turn(address)
            return message

        self.open[address] += 1
        try:
            await self.runs.turn(address)
            await self.app(scope, short, send)
        finally:
            self.open[address] -= 1
            if not self.open[address]:
                del self.open[address]
