"""Columns of a table: what each is worth to a model, and what a model is without one."""

from typing import Annotated

import typer

from labeler.client import Project
from labeler.commands.context import Row, answer, follow, plain, service, state, table
from labeler.wire.column_use import ColumnUse, ColumnWorth
from labeler.wire.quality import Figure

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
COLUMNS = {
    "column": "column",
    "worth": "worth",
    "verdict": "verdict",
    "same": "says the same as",
    "signs": "look twice",
    "without": "without it",
}
VERDICTS = {"useful": "useful", "harmful": "better without", "cant_tell": "can't tell from useless"}


def columns(
    project: P,
    model: Annotated[int | None, typer.Option(min=1, help="Default: the live one, else the newest.")] = None,
    look: Annotated[bool, typer.Option("--look", help="Look at the columns first.")] = False,
    without: Annotated[str, typer.Option(metavar="COLUMN", help="Train the model again without it first.")] = "",
    leave_out: Annotated[str, typer.Option(metavar="COLUMN", help="New models don't learn from it.")] = "",
    learn_again: Annotated[str, typer.Option(metavar="COLUMN", help="Learn again from one that is left out.")] = "",
) -> None:
    """What each column of the project's table is worth to a model, with its 95 % interval: by how much the metric gets
    worse when its cells are shuffled among holdout items."""
    with service(jobs=look or bool(without)) as client:
        there = client.projects.get(project)
        if look:
            follow(there.columns.look(model))
        if without:
            follow(there.columns.try_without(without, model))
        if leave_out or learn_again:
            _change(there, leave_out, learn_again)
        found = there.columns.use(model)
    if state.get().json:
        answer(plain(found), "")
        return
    if found.looked is None or not found.columns:
        print(f"Nothing is known: {(found.why or 'no columns').replace('_', ' ')}.")
        return
    if found.looked.why is not None:
        more = f"; it takes {found.looked.more} more labels of holdout items" if found.looked.more else ""
        print(f"What columns are worth is not known: {found.looked.why.replace('_', ' ')}{more}.")
    table([_row(found, one) for one in found.columns], COLUMNS)
    if found.left_out:
        print(f"Left out of new models: {', '.join(found.left_out)}.")


def _change(project: Project, leave_out: str, learn_again: str) -> None:
    use = project.columns.use()
    known = {*use.named, *(one.name for one in use.columns)}
    if leave_out and leave_out not in known:
        raise typer.BadParameter(f'there is no column "{leave_out}"')
    if learn_again and learn_again not in use.left_out:
        raise typer.BadParameter(f'"{learn_again}" is not left out')
    names = [one for one in use.left_out if one != learn_again]
    project.change(settings={"left_out_columns": list(dict.fromkeys([*names, *([leave_out] if leave_out else [])]))})


def _row(found: ColumnUse, one: ColumnWorth) -> Row:
    return {
        "column": one.name,
        "worth": _figure(one.importance),
        "verdict": VERDICTS.get(one.verdict or "", "can't tell yet"),
        "same": ", ".join(other.other for other in one.same),
        "signs": ", ".join(sign.sign.replace("_", " ") for sign in one.signs),
        "without": None if one.trial is None else _figure(one.trial.difference),
    }


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "not known"
    return f"{figure.value:+.3g} ({figure.low:+.3g} to {figure.high:+.3g})"


def register(app: typer.Typer) -> None:
    app.command("columns")(columns)
