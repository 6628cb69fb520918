"""Leases that end without an answer: given back, or waited for a while longer."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.labels.tables import labels
from labeler.projects.access import Member
from labeler.queue.tables import leases

HOLDERS_RETURN_SECONDS = 60


def wait_for_holders(tx: Connection) -> int:
    """After a start: leases that ran out while nobody was there to take the answers go on for a while. Who held them
    sends now what was answered meanwhile; else the queue would ask others for it, too. Returns how many.

    Nobody was there since the last lease or label: what ran out before that, ran out on its holder."""
    last_label = sa.select(labels.c.created_at).order_by(labels.c.id.desc()).limit(1)
    signs = (sa.select(sa.func.max(leases.c.created_at)), last_label)
    seen = [moment for moment in (tx.execute(sign).scalar() for sign in signs) if moment is not None]
    if not seen:
        return 0
    waiting = sa.and_(leases.c.expires_at > max(seen), leases.c.expires_at < clock(HOLDERS_RETURN_SECONDS))
    return tx.execute(sa.update(leases).where(waiting).values(expires_at=clock(HOLDERS_RETURN_SECONDS))).rowcount


def release(tx: Connection, member: Member, tokens: list[str]) -> None:
    """Give back items that are held but will not be labeled now."""
    mine = sa.delete(leases).where(leases.c.project_id == member.project.id, leases.c.labeler_id == member.user_id)
    tx.execute(mine.where(leases.c.token.in_(tokens)))


def give_back_others(tx: Connection, member: Member, keep: list[str]) -> None:
    """Give back what is held, but for the items with these keys."""
    kept = sa.select(items.c.id).where(items.c.project_id == member.project.id, items.c.key.in_(keep))
    mine = sa.delete(leases).where(leases.c.project_id == member.project.id, leases.c.labeler_id == member.user_id)
    tx.execute(mine.where(leases.c.item_id.not_in(kept)))
