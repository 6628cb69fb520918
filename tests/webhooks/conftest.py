"""A receiver on loopback, and a sender in this process."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from receivers import Receiver, receiving

from labeler.kit.config import Settings
from labeler.webhooks.sender import Sender
from labeler.webhooks.tables import webhook_deliveries, webhooks


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


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
