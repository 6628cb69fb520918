"""Campaigns of a project: items that are labeled again."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from labeler.client.connection import Connection
from labeler.wire.campaigns import CampaignDetail, CampaignOut, CampaignPlan

To = Literal["same", "others"] | Sequence[int]


class Campaigns:
    """Those of a project, newest first."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/campaigns"

    def __iter__(self) -> Iterator[CampaignOut]:
        return self.client.each(CampaignOut, self.path)

    def get(self, campaign_id: int) -> CampaignDetail:
        """With its progress, and what changed so far: its report, once it has ended."""
        return self.client.fetch(CampaignDetail, f"{self.path}/{campaign_id}")

    def start(self, name: str, *, to: To = "same", blind: bool = True, **select: Any) -> CampaignOut:
        """Ask for answered items again: `start("Delivery", label="spam", guideline_before=3)`.

        to: `same` (who labeled an item), `others`, or ids of people. select: fields of `Selection`, all of which hold.
        """
        return self.client.send(CampaignOut, "POST", self.path, json=_body(name, to, blind, select))

    def plan(self, *, to: To = "same", blind: bool = True, **select: Any) -> CampaignPlan:
        """What `start` would ask, of whom, and for how long."""
        body = {**_body("plan", to, blind, select), "dry_run": True}
        return self.client.send(CampaignPlan, "POST", self.path, json=body)

    def end(self, campaign_id: int) -> CampaignOut:
        """Ask no more; its report is about what was answered until now."""
        return self.client.send(CampaignOut, "POST", f"{self.path}/{campaign_id}/end")

    def cancel(self, campaign_id: int) -> CampaignOut:
        """Ask no more, since it was not meant; labels that were given stay."""
        return self.client.send(CampaignOut, "POST", f"{self.path}/{campaign_id}/cancel")


def _body(name: str, to: To, blind: bool, select: dict[str, Any]) -> dict[str, Any]:
    asked = to if isinstance(to, str) else list(to)
    return {"name": name, "select": select, "to": asked, "blind": blind}
