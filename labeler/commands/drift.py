"""Drift: whether new items are unlike those that the model learned from."""

from typing import Annotated

import typer

from labeler.commands.context import Row, follow, plain, service, state, table
from labeler.wire.drift import DriftSignal
from labeler.wire.quality import Figure

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
COLUMNS = {"name": "what", "then": "then", "now": "now", "effect": "how far apart", "p": "p", "moved": "moved"}


def drift(
    project: P,
    check: Annotated[bool, typer.Option("--check", help="Compare what came since the last check first.")] = False,
    sample: Annotated[int, typer.Option("--sample", min=0, max=500, help="Ask labelers for so many new items.")] = 0,
) -> None:
    """Whether items that came since the live model (else the newest) learned are unlike those before, with 95 %
    intervals."""
    with service(jobs=check) as client:
        found = client.projects.get(project)
        if check:
            follow(found.drift.check())
        if sample:
            found.drift.sample(sample)
        now = found.drift.get()
    checked = now.checked
    if state.get().json:
        table([plain(now)], {})
    elif now.model is None:
        print("There is no model yet.")
    elif checked is None:
        missing = f"can't tell yet: {now.missing} more items" if now.missing else "not compared yet (--check)"
        print(f"{now.new} items came since model {now.model} learned: {missing}.")
    else:
        print(f"{checked.new} new items beside {checked.before} of before model {checked.model} learned:")
        table([_row(one) for one in checked.signals], COLUMNS)


def _row(one: DriftSignal) -> Row:
    name = "" if not one.now else max(one.now, key=lambda kind: abs(_value(one.now[kind]) - _value(one.then[kind])))
    return {
        "name": one.name if one.measure == "ks" or not name else f"{one.name}: {name}",
        "then": _told(one.then[name]) if name else None,
        "now": _told(one.now[name]) if name else None,
        "effect": _told(one.effect),
        "p": f"{one.p:.2g}",
        "moved": "yes" if one.moved else "no",
    }


def _value(figure: Figure) -> float:
    return figure.value or 0.0


def _told(figure: Figure) -> str:
    return f"{figure.value:.3g} ({figure.low:.3g} to {figure.high:.3g})"


def register(app: typer.Typer) -> None:
    app.command("drift")(drift)
