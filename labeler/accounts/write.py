"""`Write`: how a route changes something, once (G2).

    @router.post("/projects")
    async def create(body: ProjectIn, caller: CanCreate, write: Write) -> ProjectOut:
        return await write(service.create, caller, body)

The function runs in one transaction and the answer is sent after its commit. With an `Idempotency-Key`
header the answer is stored in that same transaction: repeating the request, also at the same time,
returns the first answer and does nothing.
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from labeler.accounts.auth import Caller, SignedIn
from labeler.accounts.tables import answers
from labeler.kit.columns import clock
from labeler.kit.db import Database
from labeler.kit.errors import IdempotencyMismatch, Invalid
from labeler.kit.jobs.registry import every

P = ParamSpec("P")
T = TypeVar("T")
KEEP_DAYS = 7


class Writer:
    def __init__(self, db: Database, caller: Caller, key: str | None, fingerprint: str) -> None:
        self.db = db
        self.caller = caller
        self.key = key
        self.fingerprint = fingerprint

    async def answered(self) -> bool:
        """Whether this very request was answered before: then what it asked for need not hold any more."""
        known = sa.select(answers.c.fingerprint).where(
            answers.c.user_id == self.caller.user_id, answers.c.key == self.key
        )
        if self.key is None:
            return False
        return await self.db.aread(lambda tx: tx.execute(known).scalar_one_or_none()) == self.fingerprint

    async def __call__(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.key is None:
            return await self.db.awrite(fn, *args, **kwargs)

        def once(tx: Connection) -> T:
            known = sa.select(answers).where(answers.c.user_id == self.caller.user_id, answers.c.key == self.key)
            row = tx.execute(known).one_or_none()
            if row is not None:
                if row.fingerprint != self.fingerprint:
                    raise IdempotencyMismatch("Use a new Idempotency-Key for a different request.")
                stored: T = row.body
                return stored
            first = {"user_id": self.caller.user_id, "key": self.key, "fingerprint": self.fingerprint}
            tx.execute(sa.insert(answers).values(**first, body=None, created_at=clock()))
            result = fn(tx, *args, **kwargs)
            mine = sa.update(answers).where(answers.c.user_id == self.caller.user_id, answers.c.key == self.key)
            tx.execute(mine.values(body=_without_secrets(result)))
            return result

        try:
            return await self.db.awrite(once)
        except IntegrityError:  # the same request at the same time was faster: its answer is there now
            return await self.db.awrite(once)


def _without_secrets(result: Any) -> Any:
    """A stored answer names no secret (G14): `shown_once` fields are not repeated."""
    body = jsonable_encoder(result)
    for name in getattr(result, "shown_once", ()):
        body[name] = "(shown once, with the first answer)"
    return body


async def get_writer(request: Request, caller: SignedIn) -> Writer:
    key = request.headers.get("idempotency-key")
    if key is None:
        return Writer(request.app.state.db, caller, None, "")
    if not 1 <= len(key) <= 200:
        raise Invalid("Idempotency-Key must have 1 to 200 characters.")
    body = await request.body() if "multipart" not in request.headers.get("content-type", "") else b""
    said = b"\n".join([request.method.encode(), request.url.path.encode(), request.url.query.encode(), body])
    return Writer(request.app.state.db, caller, key, hashlib.sha256(said).hexdigest())


Write = Annotated[Writer, Depends(get_writer)]


@every(3600, "accounts.forget_answers")
def forget_answers(tx: Connection) -> None:
    """Answers kept for repetition are dropped after a week."""
    tx.execute(sa.delete(answers).where(answers.c.created_at < clock(-KEEP_DAYS * 86_400)))
