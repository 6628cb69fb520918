"""Readiness: whether a project's model is ready to be relied on."""

from typing import Annotated

import typer

from labeler.commands.context import plain, service, state, table

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


def readiness(
    project: P,
    least: Annotated[float, typer.Option("--least", min=0, max=7, help="Exit code 1 below this score.")] = 0.0,
) -> None:
    """The checklists for production (data, model, infrastructure, monitoring), as Markdown: what the service sees of
    each line, what people confirm, and the score."""
    with service() as client:
        found = client.projects.get(project).readiness
        now, report = found.get(), found.report()
    if state.get().json:
        table([plain(now)], {})
    else:
        print(report)
    if now.score < least:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command("readiness")(readiness)
