"""What is known of a project's answers and of those who gave them."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.insight import Anchoring, HumanLevel, Prevalence
from labeler.wire.quality import AgreementOut, GoldOut, GoldRow, LabelersOut, OverlapSaved
from labeler.wire.terms import TermsOut


class Quality:
    """A project's verbs about answers, gold items and labelers."""

    client: Connection
    path: str

    def agreement(self) -> AgreementOut:
        """How far people agree on items that several labeled: as a whole, by label, and every two of them."""
        return self.client.fetch(AgreementOut, f"{self.path}/insight/agreement")

    def gold(self) -> list[GoldRow]:
        """The items whose answer is known."""
        return self.client.page(GoldRow, f"{self.path}/gold").items

    def set_gold(self, known: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> GoldOut:
        """Say what is known of items: key to answer. notes: key to why it is so, which those in training are told."""
        rows = [{"item_key": key, "value": value, "note": (notes or {}).get(key, "")} for key, value in known.items()]
        return self.client.send(GoldOut, "POST", f"{self.path}/gold", json={"items": rows})

    def promote_to_gold(self, *, confidence: float = 0.99, most: int = 100, dry_run: bool = False) -> GoldOut:
        """Make gold of answers that several people gave and that are certain."""
        wanted = {"confidence": confidence, "most": most, "dry_run": dry_run}
        return self.client.send(GoldOut, "POST", f"{self.path}/gold/promote", json=wanted)

    def remove_gold(self, keys: Sequence[str]) -> None:
        """These items are as before: their labels decide."""
        self.client.post(f"{self.path}/gold/remove", json={"item_keys": list(keys)})

    def prevalence(self) -> Prevalence:
        """How frequent each label is in the whole pool."""
        return self.client.fetch(Prevalence, f"{self.path}/insight/prevalence")

    def human_level(self) -> HumanLevel:
        """How well people do on the holdout, by the metrics of models."""
        return self.client.fetch(HumanLevel, f"{self.path}/insight/human-level")

    def labelers(self) -> LabelersOut:
        """Everybody who labels, of any kind: how much, how fast, how often they are right, and advice."""
        return self.client.fetch(LabelersOut, f"{self.path}/labelers")

    def terms(self, labeler_id: int) -> TermsOut:
        """On what terms somebody labels; all empty where nothing was said."""
        return self.client.fetch(TermsOut, f"{self.path}/labelers/{labeler_id}/terms")

    def set_terms(self, labeler_id: int, **terms: Any) -> TermsOut:
        """Say on what terms somebody labels: the fields of `TermsIn`; what is left out is as if it was never said."""
        return self.client.send(TermsOut, "PUT", f"{self.path}/labelers/{labeler_id}/terms", json=terms)

    def overlap_saved(self) -> OverlapSaved:
        """What it saved to ask one more person only where an answer was not certain."""
        return self.client.fetch(OverlapSaved, f"{self.path}/insight/overlap")

    def anchoring(self) -> Anchoring:
        """How far people follow what the model suggests, with intervals."""
        return self.client.fetch(Anchoring, f"{self.path}/insight/anchoring")
