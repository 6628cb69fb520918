"""The service's verbs for a terminal. Exit codes: 0 done, 1 refused (the reason on stderr), 2 wrong usage.

Against a running service: `--url` and `--token` (or LABELER_URL, LABELER_TOKEN). Without them, on the
local data folder.
"""

import sys

import typer

from labeler.api.bootstrap import NotPrepared
from labeler.client import ApiError
from labeler.commands import (
    assigning,
    columns,
    data,
    drift,
    failure_modes,
    files,
    heuristics,
    keeping,
    models,
    people,
    readiness,
    requirements,
    running,
    savings,
    simulations,
    slices,
    test_cases,
)
from labeler.commands.context import Context, state

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="An active-learning labeling service.")


@app.callback()
def options(
    ctx: typer.Context,
    url: str = typer.Option("", envvar="LABELER_URL", help="A running service; without it: the local data folder."),
    token: str = typer.Option("", envvar="LABELER_TOKEN", help="API token for --url."),
    json: bool = typer.Option(False, "--json", help="Answers as JSON."),
) -> None:
    state.set(Context(url, token, json))


running.register(app)
people.register(app)
assigning.register(app)
files.register(app)
data.register(app)
models.register(app)
requirements.register(app)
test_cases.register(app)
slices.register(app)
drift.register(app)
readiness.register(app)
savings.register(app)
columns.register(app)
simulations.register(app)
failure_modes.register(app)
heuristics.register(app)
keeping.register(app)


def _takes_json_anywhere(arguments: list[str]) -> list[str]:
    """`--json` may stand behind the verb as well as before it."""
    return ["--json", *(word for word in arguments if word != "--json")] if "--json" in arguments else arguments


def main() -> None:
    try:
        app(args=_takes_json_anywhere(sys.argv[1:]))
    except ApiError as error:
        lines = [error.detail or error.title]
        lines += [
            f"  {entry['pointer']}: {entry['detail']}" for entry in error.errors if entry["detail"] not in lines[0]
        ]
        print("\n".join(lines), file=sys.stderr)
        sys.exit(1)
    except (NotPrepared, OSError, TimeoutError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
