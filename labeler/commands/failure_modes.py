"""Failure modes: where wrong predictions of a model lie close together, and collecting for one."""

from typing import Annotated

import typer

from labeler.client import Project
from labeler.commands.context import Row, follow, plain, service, state, table
from labeler.wire.failure_modes import FailureMode

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
COLUMNS = {"id": "id", "name": "name", "words": "words", "items": "items", "labels": "labels", "error": "error rate"}


def failure_modes(
    project: P,
    find: Annotated[bool, typer.Option("--find", help="Look for failure modes of the newest model first.")] = False,
    keep: Annotated[str, typer.Option(metavar="ID=NAME", help="Keep the failure mode with this id.")] = "",
    collect: Annotated[str, typer.Option(metavar="NAME", help="Ask labelers for items that are like it.")] = "",
    n: Annotated[int, typer.Option("-n", min=1, max=500, help="With --collect: how many.")] = 100,
    stop: Annotated[str, typer.Option(metavar="NAME", help="Ask for no more.")] = "",
    remove: Annotated[str, typer.Option(metavar="NAME", help="Let it go.")] = "",
) -> None:
    """The failure modes that are kept, and those that the last look found, with the newest model's error rate on each
    and its 95 % interval."""
    with service(jobs=find) as client:
        found = client.projects.get(project)
        if find:
            follow(found.failure_modes.find())
        if keep:
            number, sign, name = keep.partition("=")
            if not sign or not number.isdigit() or not name.strip():
                raise typer.BadParameter(f'"{keep}" is not ID=NAME, such as 12=Short messages')
            found.failure_modes.keep(int(number), name)
        if collect:
            found.failure_modes.collect(_named(found, collect), n)
        if stop:
            found.failure_modes.stop(_named(found, stop))
        if remove:
            found.failure_modes.remove(_named(found, remove))
        there = found.failure_modes.all()
    listed = [*there.kept, *there.found]
    if not listed and not state.get().json:
        why = None if there.looked is None else (there.looked.why or "all_kept").replace("_", " ")
        print("There are no failure modes." if why is None else f"None found: {why}.")
        return
    table([plain(one) for one in listed] if state.get().json else [_row(one) for one in listed], _columns(listed))


def _columns(listed: list[FailureMode]) -> dict[str, str]:
    more = {"change": "since", "collected": "collected"} if any(one.name for one in listed) else {}
    return COLUMNS | more


def _named(project: Project, name: str) -> int:
    known = next((one.id for one in project.failure_modes if one.name == name), None)
    if known is None:
        raise typer.BadParameter(f'no failure mode "{name}" is kept')
    return known


def _row(one: FailureMode) -> Row:
    rate = one.rates[-1] if one.rates else None
    error = None if rate is None else rate.error
    known = error is not None and error.value is not None
    first = one.rates[0].model if one.rates else None
    told = {"shrank": "shrank", "grew": "grew", "unknown": "can't tell"}.get(rate.change) if rate is not None else None
    return {
        "id": one.id,
        "name": one.name,
        "words": ", ".join(one.words),
        "items": one.items,
        "labels": None if rate is None else rate.labels,
        "error": f"{error.value:.3g} ({error.low:.3g} to {error.high:.3g})" if error and known else "can't tell yet",
        "change": told and f"{told} since model {first}",
        "collected": one.collecting and f"{one.collecting.collected} of {one.collecting.wanted}",
    }


def register(app: typer.Typer) -> None:
    app.command("failure-modes")(failure_modes)
