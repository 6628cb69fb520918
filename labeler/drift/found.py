"""What a check found, as others hear of it: light, since listeners are imported by every process."""

from dataclasses import dataclass
from typing import ClassVar

from labeler.kit.events import Event


@dataclass(frozen=True)
class DriftFound(Event):
    """A check found new items unlike those before. moved: names of what moved; new: how many were compared."""

    name: ClassVar[str] = "drift.found"
    project_id: int
    model: int
    new: int
    moved: list[str]
