"""Webhooks of a project: where what happens in it is sent."""

from collections.abc import Iterator, Sequence

from labeler.client.connection import Connection
from labeler.wire.webhooks import DeliveryOut, NewSecret, WebhookOut


class Webhooks:
    """Those of a project, oldest first; for its managers."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/webhooks"

    def __iter__(self) -> Iterator[WebhookOut]:
        return self.client.each(WebhookOut, self.path)

    def create(self, url: str, events: Sequence[str] = ("*",), *, active: bool = True) -> NewSecret:
        """Send these events (all: `*`) to an address. `secret` is shown this once: verify what comes with it."""
        body = {"url": url, "events": list(events), "active": active}
        return self.client.send(NewSecret, "POST", self.path, json=body)

    def change(
        self,
        webhook_id: int,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        active: bool | None = None,
    ) -> WebhookOut:
        """Change what is given."""
        given = {"url": url, "events": None if events is None else list(events), "active": active}
        body = {field: value for field, value in given.items() if value is not None}
        return self.client.send(WebhookOut, "PATCH", f"{self.path}/{webhook_id}", json=body)

    def delete(self, webhook_id: int) -> None:
        self.client.delete(f"{self.path}/{webhook_id}")

    def rotate_secret(self, webhook_id: int) -> NewSecret:
        """Sign with a new secret; for a day with the one before as well."""
        return self.client.send(NewSecret, "POST", f"{self.path}/{webhook_id}/secret")

    def test(self, webhook_id: int) -> DeliveryOut:
        """Send a `ping` at once; `deliveries` says what became of it."""
        return self.client.send(DeliveryOut, "POST", f"{self.path}/{webhook_id}/test")

    def deliveries(
        self, webhook_id: int, *, state: str | None = None, limit: int | None = None
    ) -> Iterator[DeliveryOut]:
        """What was sent and what waits, newest first. limit: of one request."""
        return self.client.each(DeliveryOut, f"{self.path}/{webhook_id}/deliveries", state=state, limit=limit)

    def redeliver(self, webhook_id: int, delivery_id: int) -> DeliveryOut:
        """Send it once more, with the same id."""
        return self.client.send(DeliveryOut, "POST", f"{self.path}/{webhook_id}/deliveries/{delivery_id}/redeliver")
