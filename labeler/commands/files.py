"""Items and labels, in and out: imports, exports, single labels, taking back."""

import json
from pathlib import Path
from typing import Annotated

import typer

from labeler.client import Job
from labeler.commands.balance import told
from labeler.commands.context import answer, follow, plain, service, table
from labeler.tasks import InvalidValue, parse_schema, task_type
from labeler.wire.formats import ExportFormat
from labeler.wire.items import ImportResult

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


def _format_names() -> list[str]:
    from labeler.datasets.writers import formats  # only when somebody presses the tabulator: plug-ins are imported

    return formats()


def list_formats() -> None:
    """List the file formats that can be imported and exported."""
    with service() as client:
        found = client.formats()
    rows = [plain(one, **{"for": "import", "suffix": " ".join(one.endings)}) for one in found.imports]
    rows += [plain(one, **{"for": "import"}) for one in found.tools]
    rows += [plain(one, **{"for": "export", "how": _options(one)}) for one in found.exports]
    table(rows, {"for": "FOR", "name": "FORMAT", "suffix": "FILES", "title": "WHAT IT IS", "how": "OPTIONS"})


def _options(one: ExportFormat) -> str:
    return " ".join(f"{option.name}={'|'.join(option.choices or ['TEXT'])}" for option in one.options)


def import_file(
    project: P,
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="`labeler formats` lists what it may be.")
    ] = None,
    database: Annotated[
        str, typer.Option(help="Instead of a file: a database that the operator named (LABELER_IMPORT_DATABASES).")
    ] = "",
    from_table: Annotated[
        str, typer.Option("--table", help="A table or view of it, such as messages or archive.messages.")
    ] = "",
    mapping: Annotated[str, typer.Option(help='JSON such as {"key": "id", "text": "message"}; default: guessed.')] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing: tell what would happen.")] = False,
) -> None:
    """Import items from a file or a table, with the labels that come along. Importing it twice adds nothing."""
    if (file is None) != bool(database and from_table) or bool(database) != bool(from_table):
        raise typer.BadParameter("give a file, or --database and --table")
    try:
        chosen = json.loads(mapping) if mapping else None
    except ValueError as error:
        raise typer.BadParameter(f"--mapping is not JSON: {error}") from None
    with service(jobs=True) as client:
        found = client.projects.get(project)
        if file is None:
            job = found.import_table(database, from_table, chosen, dry_run=dry_run)
        else:
            job = found.import_file(file, chosen, dry_run=dry_run)
        done = follow(job).result_as(ImportResult)
    answer(done, "\n".join(told(done)))


def remove(
    project: P,
    key: Annotated[list[str] | None, typer.Option("--key", help="An item's key; may be given again.")] = None,
    import_id: Annotated[int | None, typer.Option("--import", help="All that an import brought: its job's id.")] = None,
    search: Annotated[str, typer.Option(help="All items with these words in their text.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing: tell what it comes to.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove items. They leave the queue and the pool; labels stay on record, dataset versions as they are."""
    found = {"q": search} if search else None
    with service(jobs=True) as client:
        items = client.projects.get(project).items
        told = items.remove(key, import_id=import_id, search=found, dry_run=True)
        if dry_run or not (told.items or told.labels):
            answer(told, f"{told.said} Nothing was changed.")
            return
        if not yes and not typer.confirm(f"{told.said} Go on?"):
            raise typer.Exit(1)
        done = items.remove(key, import_id=import_id, search=found)
        if done.job is not None:
            follow(Job(client, done.job))
    answer(done, done.said)


def label(
    project: P,
    key: str,
    value: Annotated[str, typer.Argument(help="A label; several with commas between them; a number of the scale.")],
) -> None:
    """Label one item."""
    with service() as client:
        found = client.projects.get(project)
        task = task_type(found.info.task_type)
        try:
            parsed = task.parse(value, parse_schema(found.info.schema_), None)
        except InvalidValue as invalid:
            raise typer.BadParameter(str(invalid)) from None
        made = found.label(key, parsed).label
    answer(made, f"{made.item_key}: {task.dump(made.value)}")


def export(
    project: P,
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    format: Annotated[str, typer.Option(autocompletion=_format_names, help="`labeler formats` lists them.")] = "jsonl",
    dataset: Annotated[int | None, typer.Option(help="A dataset version; default: the present state.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Of the format; `labeler formats` lists them.")
    ] = None,
) -> None:
    """Write items with their labels to a file, which appears only when it is complete."""
    if wrong := [one for one in option or [] if "=" not in one]:
        raise typer.BadParameter(f'--option {wrong[0]!r}: expected NAME=VALUE, such as "rows=labels"')
    chosen = dict(one.split("=", 1) for one in option or [])
    with service() as client:
        path = client.projects.get(project).export(output, format, dataset, chosen)
    answer({"file": str(path), "bytes": path.stat().st_size}, f"{path}: {path.stat().st_size:,} bytes")


def register(app: typer.Typer) -> None:
    app.command("import")(import_file)
    app.command("formats")(list_formats)
    for function in (remove, label, export):
        app.command()(function)
