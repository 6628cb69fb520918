"""What the order of the queue has saved."""

from typing import Annotated

import typer

from labeler.commands.context import answer, follow, plain, service, state
from labeler.wire.quality import Figure
from labeler.wire.savings import Savings

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


def savings(
    project: P,
    count: Annotated[bool, typer.Option("--count", help="Count it with the newest model first.")] = False,
) -> None:
    """How many labels in the queue's order teach what labels drawn at random do, with the 95 % interval."""
    with service(jobs=count) as client:
        there = client.projects.get(project)
        if count:
            follow(there.savings.count())
        found = there.savings.get()
    if state.get().json:
        answer(plain(found), "")
        return
    print(_told(found))


def _told(found: Savings) -> str:
    if found.drawn is None or found.saved is None or found.so_far is None:
        more = f"; it takes {found.more} more" if found.more else ""
        return f"Nothing is known: {(found.why or '').replace('_', ' ')}{more}."
    lines = [
        f"Random labels: {found.drawn}. In the queue's order a model is as good with: {_figure(found.needed)}.",
        f"Saved of these: {_figure(found.saved.labels)}. At the same rate, so far: {_figure(found.so_far.labels)}.",
    ]
    if found.so_far.hours.value is not None:
        lines.append(f"Hours, at this rate: {_figure(found.so_far.hours)}.")
    if found.so_far.money.value is not None:
        lines.append(f"Money, at this rate: {_figure(found.so_far.money)}.")
    return "\n".join(lines)


def _figure(figure: Figure) -> str:
    value, low, high = ("?" if one is None else f"{one:,.1f}" for one in (figure.value, figure.low, figure.high))
    return f"{value} ({low} to {high})"


def register(app: typer.Typer) -> None:
    app.command("savings")(savings)
