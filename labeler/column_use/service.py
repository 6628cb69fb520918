"""Columns as people see them: what is known of a model's, and asking for more."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.column_use.asking import want_look, want_trial
from labeler.column_use.holdout import asked, few, trials_of
from labeler.column_use.named import named_columns
from labeler.column_use.tables import column_looks
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.errors import Conflict, Invalid
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.learning.column_use.importance import FEWEST
from labeler.projects.access import Member, Project
from labeler.quality.tables import answers
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.wire.column_use import (
    ColumnLook,
    ColumnSign,
    ColumnTrial,
    ColumnUse,
    ColumnWorth,
    LookIn,
    SameColumn,
    TryIn,
    Verdict,
    Why,
)
from labeler.wire.jobs import JobOut
from labeler.wire.quality import Figure

NOTHING = Figure(value=None, low=None, high=None)


def column_use(tx: Connection, project: Project, number: int | None) -> ColumnUse:
    """What is known of a model's columns, or why nothing is. Raises `NotFound` for a model that there is not."""
    row = asked(tx, project.id, number)
    named = named_columns(tx, project.id)
    settings = project.settings
    kept = None if row is None else _look(tx, row.id)
    trials = {} if row is None else {name: _trial(row.number, one) for name, one in trials_of(tx, row.id).items()}
    why: Why | None = "not_looked" if kept is None else None
    if named is None:
        why = "no_items"
    elif not named:
        why = "no_columns"
    elif row is None:
        why = "no_model"
    seen = {*(named or ()), *(one["name"] for one in (kept.facts["worth"] if kept is not None else ()))}
    return ColumnUse(
        model=None if row is None else row.number,
        why=why,
        looked=None if kept is None else ColumnLook(at=kept.created_at, **_about(kept.facts)),
        columns=[] if kept is None else _worth(kept.facts, settings.column_costs, trials),
        groups=[] if kept is None else kept.facts["groups"],
        named=named or [],
        left_out=settings.left_out_columns,
        model_left_out=[] if row is None else row.config.get("left_out_columns", []),
        costs=settings.column_costs,
        unknown=sorted({*settings.left_out_columns, *settings.column_costs} - seen),
        trials=list(trials.values()),
    )


def request_look(tx: Connection, settings: Settings, member: Member, body: LookIn) -> JobOut:
    """Raises `NotFound` for a model that there is not, `Conflict` without one, for one whose files were pruned, and for
    items that have no columns."""
    project = member.project
    row = _model(tx, settings, project, body.model)
    job_id = want_look(tx, project.id, row.number, member.user_id)
    audit(tx, member.caller, "column_use.requested", project_id=project.id, target=f"model-{row.number}")
    return job_out(get(tx, job_id))


def request_trial(tx: Connection, settings: Settings, member: Member, body: TryIn) -> JobOut:
    """Raises as `request_look`; `Invalid` for a column that the items do not have, or that the model does not learn
    from, `Conflict` for the only one, and with too few labeled holdout items to compare two models."""
    project = member.project
    row = _model(tx, settings, project, body.model)
    gone = set(row.config.get("left_out_columns", []))
    learned = [name for name in named_columns(tx, project.id) or () if name not in gone]
    if body.column not in learned:
        known = ", ".join(f'"{name}"' for name in learned[:20])
        told = f'"{body.column}" is no column that model {row.number} learned from; there are {known}.'
        raise Invalid(told, errors=[{"pointer": "/column", "detail": told}])
    if len(learned) < 2:
        raise Conflict(f'"{body.column}" is the only column: without it nothing is left to learn from.')
    if load_predictions(folder_of(settings, project.id, row.number)) is None:
        raise Conflict(_pruned(row.number))
    if (labels := _held(tx, project.id)) < FEWEST:
        raise Conflict(few(labels))
    job_id = want_trial(tx, project.id, row.number, body.column, member.user_id)
    audit(tx, member.caller, "column_use.tried", project_id=project.id, target=body.column, model=row.number)
    return job_out(get(tx, job_id))


def _model(tx: Connection, settings: Settings, project: Project, number: int | None) -> Any:
    row = asked(tx, project.id, number)
    if not named_columns(tx, project.id):
        raise Conflict("The items of this project have no columns. Models never learn from metadata.")
    if row is None:
        raise Conflict("There is no model yet whose columns could be looked at. Label some more.")
    if not (folder_of(settings, project.id, row.number) / "model.skops").exists():
        raise Conflict(_pruned(row.number))
    return row


def _pruned(number: int) -> str:
    return f"The files of model {number} were pruned. Reproduce it first."


def _held(tx: Connection, project_id: int) -> int:
    """Labeled holdout items."""
    found = sa.select(sa.func.count()).select_from(items).join(answers, answers.c.item_id == items.c.id)
    return int(tx.execute(found.where(present(project_id), items.c.split == "holdout")).scalar_one())


def _look(tx: Connection, model_id: int) -> Any:
    return tx.execute(sa.select(column_looks).where(column_looks.c.model_id == model_id)).one_or_none()


def _about(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ColumnLook.model_fields if name in facts}


def _trial(number: int, row: Any) -> ColumnTrial:
    return ColumnTrial(model=number, column=row.name, at=row.created_at, **row.facts)


def _worth(
    facts: Mapping[str, Any], costs: Mapping[str, float], trials: Mapping[str, ColumnTrial]
) -> list[ColumnWorth]:
    found = [
        ColumnWorth(
            name=one["name"],
            kind=one["kind"],
            is_read=one["is_read"],
            importance=(figure := _figure(one["importance"])),
            verdict=verdict_of(figure),
            cost=costs.get(one["name"]),
            gain_per_cost=_per(figure, costs.get(one["name"])),
            same=_same(facts["pairs"], one["name"]),
            signs=[ColumnSign(**sign) for sign in one["signs"]],
            trial=trials.get(one["name"]),
        )
        for one in facts["worth"]
    ]
    return sorted(found, key=lambda one: (one.importance.value is None, -(one.importance.value or 0.0), one.name))


def verdict_of(figure: Figure) -> Verdict | None:
    """By the whole interval."""
    if figure.low is None or figure.high is None:
        return None
    return "useful" if figure.low > 0 else "harmful" if figure.high < 0 else "cant_tell"


def _figure(kept: Mapping[str, Any] | None) -> Figure:
    return NOTHING if kept is None else Figure(value=kept["value"], low=kept["low"], high=kept["high"])


def _per(figure: Figure, cost: float | None) -> Figure:
    if not cost or figure.value is None or figure.low is None or figure.high is None:
        return NOTHING
    return Figure(value=figure.value / cost, low=figure.low / cost, high=figure.high / cost)


def _same(pairs: Sequence[Mapping[str, Any]], name: str) -> list[SameColumn]:
    """The pairs that a column is in, from its side."""
    found = []
    for pair in pairs:
        if name not in (pair["one"], pair["other"]):
            continue
        is_first = pair["one"] == name
        how = "determined" if pair["how"] == "determines" and not is_first else pair["how"]
        other = pair["other"] if is_first else pair["one"]
        found.append(SameColumn(other=other, how=how, value=pair["value"], n=pair["n"]))
    return found
