"""Heuristics of a project, with how good each is."""

from typing import Annotated, Any

import typer

from labeler.commands.context import Row, answer, plain, service, state, table
from labeler.tasks import task_type
from labeler.wire.heuristics import HeuristicOut
from labeler.wire.quality import Figure

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
COLUMNS = {
    "name": "heuristic",
    "rule": "speaks where",
    "says": "says",
    "state": "state",
    "coverage": "covers",
    "conflict": "contradicted",
    "right": "right",
}


def heuristics(project: P) -> None:
    """List the rules, how much each covers, and how often it is right where people answered."""
    with service() as client:
        found = client.projects.get(project)
        page = found.heuristics.all()
        task = task_type(found.info.task_type)
    if state.get().json:
        answer(page, "")
        return
    table([_row(one, task) for one in page.items], COLUMNS)
    if page.together.judged:
        print(f"Together they cover {_percent(page.together.coverage)}; right: {_figure(page.together.accuracy)}")


def _row(one: HeuristicOut, task: Any) -> Row:
    parts = (one.field, one.op, one.pattern, one.expression)
    return {
        **plain(one),
        "rule": f"{one.kind}: {' '.join(part for part in parts if part)}",
        "says": one.value if isinstance(one.value, str) else task.dump(one.value),
        "coverage": _percent(one.coverage),
        "conflict": _percent(one.conflict),
        "right": f"{_figure(one.accuracy)} of {one.judged:,}" if one.judged else None,
    }


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _figure(figure: Figure) -> str:
    return f"{_percent(figure.value)} ({_percent(figure.low)} to {_percent(figure.high)})"


def register(app: typer.Typer) -> None:
    app.command()(heuristics)
