"""Where the labelers of a project stand."""

from collections.abc import Iterator

from labeler.client.connection import Connection
from labeler.wire.labels import LabelerOut
from labeler.wire.standings import StandingOut, StandingsOut


class Standings:
    """Who is in training, passed it, is held or paused; iterating reads everybody who labels as a labeler."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/standings"

    def __iter__(self) -> Iterator[StandingOut]:
        return iter(self.all().items)

    def all(self) -> StandingsOut:
        """With whether newcomers are trained, and how many gold items there are."""
        return self.client.fetch(StandingsOut, self.path)

    def let_go_on(self, labeler: int | LabelerOut, note: str = "") -> StandingOut:
        """They get the queue. The rule on gold items looks only at what they answer from now on."""
        return self._change(labeler, "go_on", note)

    def train_again(self, labeler: int | LabelerOut, note: str = "") -> StandingOut:
        """A training of gold items that they have not seen; they get nothing else until they pass it."""
        return self._change(labeler, "train", note)

    def pause(self, labeler: int | LabelerOut, note: str = "") -> StandingOut:
        """They get nothing more until somebody lets them go on, and are told the note. What they hold goes back."""
        return self._change(labeler, "pause", note)

    def _change(self, labeler: int | LabelerOut, action: str, note: str) -> StandingOut:
        number = labeler if isinstance(labeler, int) else labeler.id
        return self.client.send(StandingOut, "POST", f"{self.path}/{number}", json={"action": action, "note": note})
