"""Projects, guidelines, dataset versions, jobs."""

import difflib
import re
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from labeler.client import ApiError, Project
from labeler.commands.context import answer, follow, plain, service, table
from labeler.kit.counting import counted
from labeler.tasks import DEFAULT

projects = typer.Typer(no_args_is_help=True, help="Projects.")
guidelines = typer.Typer(no_args_is_help=True, help="Keep guideline files and the service in step.")
FOLDER = Path("guidelines")
MOST_JOBS = 30
P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


@projects.command("create")
def create_project(
    name: str,
    labels: Annotated[str, typer.Option(help="Names, separated by commas.")] = "",
    task: Annotated[str, typer.Option(help="Task type: choice, multi_choice, rating, or one of your own.")] = DEFAULT,
    scale: Annotated[str, typer.Option(help='Of ratings: "1-5", or "0-10/0.5" for steps of a half.')] = "",
    keywords: Annotated[
        list[str] | None,
        typer.Option(help='Words that hint at a label, asked first: "spam: free, prize". Once per label.'),
    ] = None,
) -> None:
    """Set up a project."""
    names = [label.strip() for label in labels.split(",") if label.strip()]
    hints = _keywords(keywords or [], names)
    with service() as client:
        given = [{"name": one, "keywords": hints[one]} if one in hints else one for one in names]
        made = client.projects.create(name, task_type=task, labels=given or None, scale=_scale(scale))
    answer(made.info, f"Project {made.slug} is there. Next: labeler import {made.slug} FILE")


def _scale(written: str) -> dict[str, float] | None:
    if not written:
        return None
    found = re.fullmatch(r"(-?[\d.]+)-(-?[\d.]+)(?:/([\d.]+))?", written.replace(" ", ""))
    try:
        low, high, step = (float(part or 1) for part in found.groups()) if found else (None, None, None)
    except ValueError:
        low = None
    if low is None or high is None or step is None:
        raise typer.BadParameter(f'--scale {written!r}: expected two numbers such as "1-5", or "0-10/0.5" with a step')
    return {"min": low, "max": high, "step": step}


def _keywords(lines: list[str], names: list[str]) -> dict[str, list[str]]:
    found = {}
    for line in lines:
        name = next((name for name in sorted(names, key=len, reverse=True) if line.startswith(f"{name}:")), None)
        if name is None:
            expected = f'expected "LABEL: word, phrase" with one of {", ".join(names)}'
            raise typer.BadParameter(f"--keywords {line!r}: {expected}")
        found[name] = [word.strip() for word in line[len(name) + 1 :].split(",") if word.strip()]
    return found


@projects.command("list")
def list_projects() -> None:
    """List projects."""
    with service() as client:
        rows = [plain(one.info, **one.info.counts.model_dump()) for one in client.projects]
    table(rows, {"id": "ID", "slug": "PROJECT", "name": "NAME", "items": "ITEMS", "labeled": "LABELED"})


@projects.command("delete")
def delete_project(
    project: P,
    erase: Annotated[bool, typer.Option("--erase", help="Destroy rows, files, versions and models for good.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a project out of sight, or erase it."""
    with service(jobs=True) as client:
        found = client.projects.get(project)
        counts = found.info.counts
        items = counted("{n} item", "{n} items", counts.items)
        said = f"{found.info.name}: {items}, {counts.labeled:,} labeled."
        said += " All of it is destroyed, dataset versions and models too." if erase else " It is kept, unseen."
        if not yes and not typer.confirm(f"{said} Go on?"):
            raise typer.Exit(1)
        found.delete(erase=erase)
    answer({"project": project, "erased": erase}, said)


def snapshot(project: P, message: Annotated[str, typer.Option("-m", "--message", help="What it is.")] = "") -> None:
    """Make an immutable dataset version."""
    with service(jobs=True) as client:
        found = client.projects.get(project)
        made = found.dataset(follow(found.snapshot(message)).result["version"])
    items = counted("{n} item", "{n} items", made.counts["items"])
    text = f"Version {made.version}: {items}, {made.counts['labeled']:,} labeled."
    answer(made, f"{text}\n  dvc get {made.repository} data --rev {made.tag}")


def dataset_card(project: P, version: Annotated[int, typer.Argument(help="Of the dataset.")]) -> None:
    """Print the card of a dataset version, in Markdown: how it came about, and what is known of the data today."""
    with service() as client:
        card = client.projects.get(project).dataset_card(version)
    answer({"card": card}, card)


def datasets(project: P) -> None:
    """List dataset versions."""
    with service() as client:
        rows = [plain(entry, **entry.counts) for entry in client.projects.get(project).datasets()]
    columns = {
        "version": "VERSION",
        "created_at": "MADE",
        "items": "ITEMS",
        "labeled": "LABELED",
        "models": "MODELS",
        "message": "MESSAGE",
    }
    table(rows, columns)


def verify_version(path: Path) -> None:
    """Say whether a folder holds the dataset version that it claims to be; ends the process where it does not."""
    from labeler.datasets.verify import NoVersion, verify_folder

    try:
        found = verify_folder(path)
    except NoVersion as error:
        raise SystemExit(str(error)) from None
    manifest = found.manifest
    if found.faults:
        print("\n".join(found.faults), file=sys.stderr)
        raise SystemExit(1)
    counts = {name: manifest["counts"][name] for name in ("items", "labeled", "labels")}
    told = {name: manifest[name] for name in ("project", "version", "content_hash")} | counts | {"files": found.files}
    words = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    answer(
        told, f"{manifest['project']}, dataset version {manifest['version']}: {words}. All {found.files} files hold."
    )


def diff(project: P, a: int, b: int) -> None:
    """What changed between two dataset versions."""
    with service() as client:
        found = client.projects.get(project).diff(a, b)
    labels = found.labels
    lines = [
        f"items: {found.items['added']:,} added, {found.items['removed']:,} removed",
        f"labels: {labels.added:,} added, {labels.changed:,} changed, {labels.removed:,} removed",
        *(f"  {entry.key}: {entry.a} -> {entry.b}" for entry in labels.examples[:20]),
        *(f"{entry.label}: {entry.a:,} -> {entry.b:,}" for entry in found.balance),
    ]
    if found.guideline_changed:
        lines.append("the guideline changed")
    answer(found, "\n".join(lines))


def jobs(
    job_id: Annotated[int | None, typer.Argument(metavar="[ID]")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel this job.")] = False,
) -> None:
    """List background jobs, or show or cancel one."""
    if cancel and job_id is None:
        raise typer.BadParameter("--cancel needs the id of a job")
    columns = {"id": "ID", "kind": "KIND", "state": "STATE", "message": "PROGRESS", "error": "ERROR"}
    with service() as client:
        if job_id is None:
            shown = list(islice(client.jobs(), MOST_JOBS))
        else:
            job = client.job(job_id)
            shown = [job.cancel() if cancel else job]
    table([plain(job.row, message=job.row.progress.message) for job in shown], columns)


@guidelines.command("push")
def push(
    project: P,
    file: Annotated[Path | None, typer.Argument(help="Default: guidelines/PROJECT.md")] = None,
    note: Annotated[str, typer.Option("-m", "--note", help="What changed.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Save as a draft, do not publish.")] = False,
) -> None:
    """Publish a file as the next guideline version (nothing happens when it is the published text already)."""
    text = _path(project, file).read_text("utf-8")
    with service() as client:
        found = client.projects.get(project)
        if _published(found) == text.strip():
            answer({"changed": False}, "The service has this text already.")
            return
        if draft:
            made = found.guidelines.save_draft(text, note)
        else:
            made = found.guidelines.publish(text, note)
    answer(made, f"Guideline version {made.version} is {made.state}.")


@guidelines.command("pull")
def pull(
    project: P, file: Annotated[Path | None, typer.Argument(help="Default: guidelines/PROJECT.md")] = None
) -> None:
    """Write the published guideline to its file."""
    with service() as client:
        found = client.projects.get(project).guidelines.current()
    path = _path(project, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.text, "utf-8")
    answer({"file": str(path), "version": found.version}, f"{path}: version {found.version}")


@guidelines.command("diff")
def guideline_diff(project: P, a: int, b: int) -> None:
    """What changed between two guideline versions."""
    with service() as client:
        guideline = client.projects.get(project).guidelines
        found = guideline.diff(a, b)
        old, new = (guideline.get(version).text.splitlines() for version in (a, b))
    answer(found, "\n".join(difflib.unified_diff(old, new, f"version {a}", f"version {b}", lineterm="")))


def _path(project: str, file: Path | None) -> Path:
    return file or FOLDER / f"{project}.md"


def _published(project: Project) -> str | None:
    """The text in force, which the service keeps without the space around it; None while nothing is published."""
    try:
        return project.guidelines.current().text
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def register(app: typer.Typer) -> None:
    app.add_typer(projects, name="projects")
    app.add_typer(guidelines, name="guidelines")
    for function in (snapshot, datasets, dataset_card, diff, jobs):
        app.command()(function)
