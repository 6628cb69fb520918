"""Query strategies simulated on the labels that a project has."""

from typing import Annotated

import typer

from labeler.commands.context import answer, follow, plain, service, state
from labeler.wire.quality import Figure
from labeler.wire.simulations import Simulation

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


def simulate(
    project: P,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="Name, may be repeated; at most 5 with random, which is always there. Default: its own."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=2, max=10, help="How often with other first labels and test items.")] = 3,
) -> None:
    """Simulate on the labels that are there which strategy would have needed the fewest, with the 95 % intervals."""
    with service(jobs=True) as client:
        there = client.projects.get(project)
        follow(there.simulations.run(strategy or [], seeds))
        found = there.simulations.get().simulations[0]
    if state.get().json:
        answer(plain(found), "")
        return
    print(_told(found))


def _told(found: Simulation) -> str:
    lines = [
        f"Labels used: {found.used:,}; drawn at random: {found.drawn_at_random:,}; chosen by the queue: "
        f"{found.chosen_by_queue:,}. What the queue chose is no random sample: this says less of the whole pool.",
        f"With all {found.pool:,} labels of a seed, {found.metric} is {_figure(found.full, 3)}. "
        f"Labels until {found.mark:,.3f}, and how many fewer than a random order:",
    ]
    for one in found.strategies:
        fewer = "" if one.fewer is None else f"; fewer: {_figure(one.fewer)}"
        lines.append(f"  {one.name}: {_figure(one.needed)}{fewer}")
    if found.best is None:
        lines.append("Whether a strategy needs fewer labels than a random order can't be told.")
    else:
        lines.append(f"{found.best} needs surely fewer labels than a random order.")
    return "\n".join(lines)


def _figure(figure: Figure, digits: int = 0) -> str:
    value, low, high = ("?" if one is None else f"{one:,.{digits}f}" for one in (figure.value, figure.low, figure.high))
    return f"{value} ({low} to {high})"


def register(app: typer.Typer) -> None:
    app.command("simulate")(simulate)
