"""Who gets which items first, and how many at most."""

from pathlib import Path
from typing import Annotated

import typer

from labeler.client import Project
from labeler.commands.context import Row, answer, plain, service, table
from labeler.wire.assignments import AssignmentOut

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
COLUMNS = {
    "id": "assignment",
    "name": "name",
    "who": "for",
    "only": "only",
    "state": "state",
    "items": "items",
    "done": "done",
    "open": "open",
    "waits": "waits for",
}
WAITS = {"nobody": "nobody of them can label now", "idle": "none of them has labeled lately"}


def assign(
    project: P,
    to: Annotated[list[str], typer.Option(help="E-mail of who gets them first; may be repeated.")],
    search: Annotated[str | None, typer.Option(help="Items with these words.")] = None,
    keys: Annotated[Path | None, typer.Option(help="A file with keys, one a line.")] = None,
    share: Annotated[float | None, typer.Option(help="So large a part of them, drawn at random: 0.25.")] = None,
    n: Annotated[int | None, typer.Option("-n", help="So many of them, drawn at random.")] = None,
    only: Annotated[bool, typer.Option("--only", help="Nobody else gets them meanwhile.")] = False,
    name: Annotated[str, typer.Option(help="What it is called.")] = "Assignment",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many it would be.")] = False,
) -> None:
    """Let people get items first. Without --search and --keys: of all that need a label."""
    listed = None if keys is None else [line for line in keys.read_text(encoding="utf-8").splitlines() if line]
    where = None if search is None else {"q": search}
    which = {"where": where, "keys": listed, "share": share, "n": n}
    with service(jobs=not dry_run) as client:
        found = client.projects.get(project)
        ids = [_labeler(found, email) for email in to]
        if dry_run:
            planned = found.assignments.plan(ids, only=only, **which)
            words = f"It would be {planned.items:,} of {planned.found:,} items."
            answer(planned, f"{words} Nothing was changed (--dry-run).")
            return
        made = found.assignments.start(ids, name=name, only=only, **which)
    answer(made, f"Assignment {made.id}: {made.items:,} items for {', '.join(to)}.")


def assignments(
    project: P, end: Annotated[int | None, typer.Option(help="End this one: what is open comes to everybody.")] = None
) -> None:
    """List who gets which items first, how far that is, and where nobody works on it."""
    with service() as client:
        found = client.projects.get(project).assignments
        if end is not None:
            ended = found.end(end)
            answer(ended, f"Assignment {ended.id} has ended; {ended.open:,} of its items were open.")
            return
        rows = list(found)
    table([_row(one) for one in rows], COLUMNS)


def _row(one: AssignmentOut) -> Row:
    who = [person.name for person in one.people]
    return {**plain(one), "who": who, "waits": None if one.waits is None else WAITS[one.waits]}


def quota(
    project: P,
    email: str,
    per_day: Annotated[int | None, typer.Option(help="Most items a day; 0: any number.")] = None,
    in_all: Annotated[int | None, typer.Option(help="Most items in this project; 0: any number.")] = None,
    only_assigned: Annotated[
        bool | None, typer.Option("--only-assigned/--any-item", help="Whether they get only what is assigned to them.")
    ] = None,
) -> None:
    """How many items somebody labels at most, and whether only assigned ones. Other terms of theirs stay."""
    with service() as client:
        found = client.projects.get(project)
        labeler_id = _labeler(found, email)
        terms = found.terms(labeler_id).model_dump(mode="json", exclude={"labeler_id"})
        given = {"per_day": per_day, "in_all": in_all, "only_assigned": only_assigned}
        changed = {field: value or None for field, value in given.items() if value is not None}
        if only_assigned is not None:
            changed["only_assigned"] = only_assigned
        said = found.set_terms(labeler_id, **{**terms, **changed}) if changed else found.terms(labeler_id)
    most = [f"{n:,} {words}" for n, words in ((said.per_day, "a day"), (said.in_all, "in all")) if n is not None]
    which = "assigned items only" if said.only_assigned else "any item"
    answer(said, f"{email}: {' and '.join(most) or 'any number of items'}, {which}")


def _labeler(project: Project, email: str) -> int:
    """Raises `BadParameter` for who is no member."""
    found = next((member for member in project.members if member.email == email.strip().lower()), None)
    if found is None:
        raise typer.BadParameter(f"there is no member {email} in project {project.slug}")
    return found.user_id


def register(app: typer.Typer) -> None:
    for verb in (assign, assignments, quota):
        app.command()(verb)
