"""The guideline of a project and its versions."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.guidelines import CurrentGuideline, GuidelineDiff, GuidelineOut
from labeler.wire.impact import GuidelineImpact


class Guidelines:
    """Versions of the instructions, drafts included."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/guidelines"

    def __iter__(self) -> Iterator[GuidelineOut]:
        return self.client.each(GuidelineOut, self.path)

    def get(self, version: int) -> GuidelineOut:
        return self.client.fetch(GuidelineOut, f"{self.path}/{version}")

    def current(self) -> CurrentGuideline:
        """The version in force, and what changed since the caller acknowledged one."""
        return self.client.fetch(CurrentGuideline, f"{self.path}/current")

    def save_draft(self, text: str, note: str = "", replaces: datetime | None = None) -> GuidelineOut:
        """Save the draft of the next version.

        replaces: `created_at` of the draft that one began with; raises `DraftChanged` when somebody has saved since.
        """
        body: dict[str, Any] = {"text": text, "note": note}
        if replaces is not None:
            body["replaces"] = replaces.isoformat()
        return self.client.send(GuidelineOut, "POST", self.path, json=body)

    def publish(self, text: str, note: str = "", replaces: datetime | None = None) -> GuidelineOut:
        """Save a text as the draft and publish it. replaces: as `save_draft` has it; nothing is published then."""
        draft = self.save_draft(text, note, replaces)
        return self.client.send(GuidelineOut, "POST", f"{self.path}/{draft.version}/publish")

    def acknowledge(self, version: int) -> None:
        self.client.post(f"{self.path}/{version}/acknowledge")

    def diff(self, a: int, b: int) -> GuidelineDiff:
        """Two versions side by side."""
        return self.client.fetch(GuidelineDiff, f"{self.path}/{a}/diff/{b}")

    def impact(self, version: int) -> GuidelineImpact:
        """What a version touches, drafts included: labels made under older ones, and what would be asked again."""
        return self.client.fetch(GuidelineImpact, f"{self.path}/{version}/impact")
