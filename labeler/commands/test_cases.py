"""Test cases: making them from a file, and running them on a model. Part of a pipeline's gate."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from labeler.client import ApiError, Project
from labeler.commands.context import Row, answer, follow, plain, service, state, table
from labeler.kit.counting import counted
from labeler.tasks import InvalidValue, parse_schema, task_type
from labeler.wire.registry import ModelOut
from labeler.wire.test_cases import CaseOut, CaseRun

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
COLUMNS = ("item_key", "value")
WITHOUT = ("learned", "unseen", "gone", "changed")


def test(
    project: P,
    number: Annotated[int, typer.Argument(metavar="MODEL", help="Number of the model.")],
) -> None:
    """Run the test cases on a model. Exit code 1 where one that must pass is not known to pass, 0 otherwise."""
    with service(jobs=True) as client:
        found = client.projects.get(project)
        model = found.model(number)
        if any(one.why in ("not_run", "outdated") for one in model.test_cases):
            model = _checked(found, number)
    told = [one for one in model.test_cases if not one.removed]
    if state.get().json:
        answer({"model": number, "passes": not _unmet(told), "test_cases": [plain(one) for one in told]}, "")
    elif not told:
        print("There are no test cases.")
    else:
        table([_row(one) for one in told], _headings(told))
    if _unmet(told):
        raise typer.Exit(1)


def _checked(project: Project, number: int) -> ModelOut:
    """The model after the test cases were run on it; as it was where its files are gone, which is said."""
    try:
        follow(project.check(number))
    except ApiError as refused:
        print(refused.detail or refused.title, file=sys.stderr)
    return project.model(number)


def _unmet(found: list[CaseRun]) -> bool:
    return any(one.must_pass and one.state != "passes" for one in found)


def _headings(found: list[CaseRun]) -> dict[str, str]:
    without = {name: name for name in WITHOUT if any(getattr(one, name) for one in found)}
    return {"name": "test case", "state": "state", "right": "right", "wanted": "wanted", **without, "must": "must pass"}


def _row(one: CaseRun) -> Row:
    state_ = f"unknown ({(one.why or '').replace('_', ' ')})" if one.state == "unknown" else one.state
    return {
        "name": one.name,
        "state": state_,
        "right": f"{one.right} of {one.items}",
        "wanted": "all" if one.min_share == 1 else f"{one.min_share:.0%}",
        "must": "yes" if one.must_pass else "no",
        **{name: getattr(one, name) or None for name in WITHOUT},
    }


def test_cases(
    project: P,
    add: Annotated[str, typer.Option(metavar="NAME", help="The test case that --file fills; made where missing.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="A CSV file with the columns item_key and value.", exists=True, dir_okay=False)
    ] = None,
    min_share: Annotated[
        float | None, typer.Option(help="The share of its items that must be right; 1: all.", min=0.0, max=1.0)
    ] = None,
    optional: Annotated[
        bool, typer.Option("--optional", help="A model goes live though it does not pass this one.")
    ] = False,
    remove: Annotated[str, typer.Option(metavar="NAME", help="Remove this test case.")] = "",
) -> None:
    """The test cases; make one, or add to one, from a file."""
    if bool(add) != (file is not None):
        raise typer.BadParameter("give --add and --file together")
    with service() as client:
        found = client.projects.get(project)
        if remove:
            found.test_cases.remove(_named(found, remove).id)
        if file is not None:
            _fill(found, add, _expected(found, file), min_share, optional)
        rows = [plain(one) for one in found.test_cases]
    if not rows and not state.get().json:
        print("There are no test cases.")
        return
    table(
        rows,
        {"name": "test case", "items": "items", "must_pass": "must pass", "min_share": "share", "broken": "broken"},
    )


def _named(project: Project, name: str) -> CaseOut:
    found = next((one for one in project.test_cases if one.name == name), None)
    if found is None:
        raise typer.BadParameter(f'there is no test case "{name}"')
    return found


def _fill(project: Project, name: str, expected: dict[str, Any], min_share: float | None, optional: bool) -> None:
    known = next((one for one in project.test_cases if one.name == name), None)
    share = {} if min_share is None else {"min_share": min_share}
    if known is None:
        project.test_cases.create(name, expected, must_pass=not optional, **share)
    else:
        project.test_cases.set_items(known.id, expected)
        if share or optional:
            project.test_cases.change(known.id, **share, **({"must_pass": False} if optional else {}))
    print(counted("{n} item is in it.", "{n} items are in it.", len(expected)), file=sys.stderr)


def _expected(project: Project, file: Path) -> dict[str, Any]:
    """Key to expected answer, of a file's rows. Says which row does not fit, and why."""
    task, schema = task_type(project.info.task_type), parse_schema(project.info.schema_)
    found: dict[str, Any] = {}
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise typer.BadParameter(
                f'{file.name}: the column "{missing[0]}" is missing; expected {" and ".join(COLUMNS)}'
            )
        for number, row in enumerate(rows, start=2):
            key, written = row["item_key"] or "", row["value"] or ""
            if key in found:
                raise typer.BadParameter(f'{file.name}, line {number}: "{key}" is there twice')
            try:
                found[key] = task.parse(written, schema, None)
            except InvalidValue as invalid:
                raise typer.BadParameter(f"{file.name}, line {number}: {invalid}") from None
    if not found:
        raise typer.BadParameter(f"{file.name} has no rows")
    return found


def register(app: typer.Typer) -> None:
    app.command()(test)
    app.command("test-cases")(test_cases)
