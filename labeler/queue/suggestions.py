"""What a labeler is shown of what a model says; and, of a share of the items, that they are not.

Whether it is shown is drawn from the project's seed, the item and the labeler: who puts an item aside and comes back to
it is in the same half again, and nobody was shown before what is kept from them now. Both are remembered with the label
(`suggestion_draw`), so that they can be compared (`labeler/insight/anchoring.py`).
"""

from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from labeler.imports.predictions import outside_suggestion
from labeler.projects.access import Member
from labeler.queue.campaign_items import suggests_itself

_BYTES = 8
_ALL = 2.0 ** (8 * _BYTES)
Json = dict[str, Any]


def is_unshown(seed: int, item_id: int, labeler_id: int, share: float) -> bool:
    drawn = blake2b(f"suggested {seed} {item_id} {labeler_id}".encode(), digest_size=_BYTES).digest()
    return int.from_bytes(drawn, "big") < share * _ALL


def suggestion_for(tx: Connection, member: Member, row: Any, pick: Json | None) -> tuple[Json | None, Json | None]:
    """What is shown with an item, and what is kept of the draw, if there was one. row: of the item, with `suggestion`
    where it comes from a ranking."""
    settings = member.project.settings
    if suggests_itself(pick):
        return getattr(row, "suggestion", None), None
    if not settings.show_suggestions:
        return None, None
    found: Json | None = getattr(row, "suggestion", None) or outside_suggestion(tx, row.id)
    share = settings.unsuggested_share
    if found is None or not share or not member.caller.is_person:
        return found, None
    if is_unshown(settings.seed, row.id, member.user_id, share):
        return None, {"share": share, "unshown": found}
    return found, {"share": share}
