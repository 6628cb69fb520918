"""Hard items of a project that are alike, and one decision about several of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.hard_items import HardCluster, HardClusterDetail, HardClusters, HardDecision


class HardItems:
    """Clusters of the last look, the largest first, as far as their flags are open."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/hard-items"

    def __iter__(self) -> Iterator[HardCluster]:
        return iter(self.clusters().clusters)

    def clusters(self) -> HardClusters:
        """All of them, how many items are like no other, and when it was looked."""
        return self.client.fetch(HardClusters, f"{self.path}/clusters")

    def cluster(self, cluster_id: int) -> HardClusterDetail:
        """With its items, and what was said about each."""
        return self.client.fetch(HardClusterDetail, f"{self.path}/clusters/{cluster_id}")

    def find(self) -> Job:
        """Look for those that are alike now, in the background."""
        return start(self.client, f"{self.path}/clusters")

    def decide(
        self,
        keys: Iterable[str],
        value: Any = None,
        note: str = "",
        *,
        rule: str = "",
        example: str | None = None,
        check: int | None = None,
    ) -> HardDecision:
        """Decide these items at once: label them (value), answer who flagged them (note), or both.

        rule: goes into the draft of the guideline, with the item `example` (a key) beside it. check: how many of them
        others are asked for without knowing the value; default: a tenth, at least three; 0: none.
        """
        given = {"value": value, "note": note, "rule": rule, "example": example, "check": check}
        body = {"keys": list(keys), **{name: one for name, one in given.items() if one not in (None, "")}}
        return self.client.send(HardDecision, "POST", f"{self.path}/decisions", json=body)

    def decisions(self) -> Iterator[HardDecision]:
        """Newest first."""
        return self.client.each(HardDecision, f"{self.path}/decisions", limit=200)

    def decision(self, decision_id: int) -> HardDecision:
        return self.client.fetch(HardDecision, f"{self.path}/decisions/{decision_id}")

    def undo(self, decision_id: int) -> HardDecision:
        """Take a decision back: its labels and answers; the flags are open again."""
        return self.client.send(HardDecision, "POST", f"{self.path}/decisions/{decision_id}/undo")
