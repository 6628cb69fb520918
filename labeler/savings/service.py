"""What the order of the queue has saved, as people see it, and asking for a count."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.insight.costs import costs_of
from labeler.insight.progress import seconds_per_label
from labeler.insight.tally import tally_of
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member, Project
from labeler.registry.service import newest_model
from labeler.registry.tables import model_versions
from labeler.savings.asking import FEWEST, want_count
from labeler.savings.tables import savings_counts
from labeler.terms.service import terms_by_labeler
from labeler.wire.jobs import JobOut
from labeler.wire.quality import Figure
from labeler.wire.savings import CurveOfQueue, Saved, Savings, Verdict

NOTHING = Figure(value=None, low=None, high=None)


def savings_of(tx: Connection, project: Project) -> Savings:
    """The newest count, or why there is none."""
    newest = newest_model(tx, project.id)
    row = tx.execute(
        sa.select(savings_counts, model_versions.c.number)
        .join(model_versions, model_versions.c.id == savings_counts.c.model_id)
        .where(savings_counts.c.project_id == project.id)
        .order_by(model_versions.c.number.desc())
        .limit(1)
    ).one_or_none()
    facts: Mapping[str, Any] = {} if row is None else row.facts
    why = "no_model" if newest is None else "not_counted" if row is None else facts["why"]
    needed = Figure(**facts["needed"]) if facts.get("needed") else NOTHING
    drawn, ordered = facts.get("drawn"), facts.get("ordered")
    worth = _worth(tx, project)
    return Savings(
        model=None if row is None else row.number,
        at=None if row is None else row.created_at,
        why=why,
        more=_more(facts),
        is_older=row is not None and newest is not None and newest.number > row.number,
        metric=facts.get("metric"),
        score=facts.get("score"),
        drawn=drawn,
        needed=needed,
        followed=facts.get("followed"),
        curve=[CurveOfQueue(**one) for one in facts.get("curve", [])],
        verdict=None if drawn is None else verdict_of(drawn, needed),
        saved=None if drawn is None else worth(_turned(needed, lambda labels: drawn - labels)),
        ordered=ordered,
        so_far=None
        if drawn is None or ordered is None
        else worth(_turned(needed, lambda labels: ordered * (drawn / labels - 1))),
        took_ms=facts.get("took_ms"),
    )


def request_count(tx: Connection, member: Member) -> JobOut:
    """Raises `Conflict` without a model."""
    model = newest_model(tx, member.project.id)
    if model is None:
        raise Conflict("There is no model yet. What the queue saves is counted with one; label some more.")
    job_id = want_count(tx, member.project.id, model.number, member.user_id)
    audit(tx, member.caller, "savings.requested", project_id=member.project.id, target=f"model-{model.number}")
    return job_out(get(tx, job_id))


def verdict_of(drawn: int, needed: Figure) -> Verdict:
    """By the whole interval."""
    if needed.high is not None and needed.high < drawn:
        return "saves"
    return "costs" if needed.low is not None and needed.low > drawn else "cant_tell"


def _more(facts: Mapping[str, Any]) -> int | None:
    known = {"few_holdout": facts.get("holdout"), "few_labels": facts.get("ordered")}.get(facts.get("why") or "")
    return None if known is None else max(1, FEWEST - int(known))


def _turned(needed: Figure, saved: Callable[[float], float]) -> Figure:
    """Of fewer labels needed more are saved: the ends change places."""
    value, low, high = (None if one is None else saved(one) for one in (needed.value, needed.high, needed.low))
    return Figure(value=value, low=low, high=high)


def _worth(tx: Connection, project: Project) -> Callable[[Figure], Saved]:
    """What labels take, by the pace of the last ones and the costs that were said."""
    seconds, cost = seconds_per_label(tx, project.id), _cost_per_label(tx, project)

    def worth(labels: Figure) -> Saved:
        hours = None if seconds is None else seconds / 3600
        return Saved(labels=_times(labels, 1.0), hours=_times(labels, hours), money=_times(labels, cost))

    return worth


def _times(figure: Figure, each: float | None) -> Figure:
    if each is None:
        return NOTHING
    value, low, high = (
        None if one is None else round(one * each, 2) for one in (figure.value, figure.low, figure.high)
    )
    return Figure(value=value, low=low, high=high)


def _cost_per_label(tx: Connection, project: Project) -> float | None:
    """Of those whose cost was said."""
    costs = costs_of(tx, project, terms_by_labeler(tx, project))
    tally, _ = tally_of(tx, project)
    given = sum(n for (who, _), (n, *_) in tally.by_labeler.items() if who in costs)
    return sum(costs.values()) / given if given else None
