"""Keeping an installation: backup, restore, verify."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from labeler.commands.context import answer, state
from labeler.commands.data import verify_version
from labeler.kit.config import Settings


def _tell(line: str) -> None:
    if not state.get().json:
        print(line, flush=True)


def backup(path: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")]) -> None:
    """Write everything to one file while people label: database, dataset versions, models, secret."""
    from labeler import rooms
    from labeler.backup.write import backup as run

    settings = Settings()
    os.nice(settings.job_niceness)  # like a job: people label meanwhile
    rooms.load_tables()
    about = run(settings, path, _tell)
    size = path.stat().st_size
    answer(
        {"path": str(path), "bytes": size, **about},
        f"{path}: {size:,} bytes. It holds the secret and password hashes: keep it where only you can read it.",
    )


def restore(path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `backup` wrote.")]) -> None:
    """Bring a backup back, into an empty data folder and an empty database of either kind."""
    from labeler import rooms
    from labeler.backup.archive import NoBackup
    from labeler.backup.restore import NotEmpty
    from labeler.backup.restore import restore as run

    rooms.load_tables()
    settings = Settings()
    try:
        about = run(settings, path, _tell)
    except (NoBackup, NotEmpty) as error:
        raise SystemExit(str(error)) from None
    told = {name: about[name] for name in ("labeler", "created_at", "installation", "rows")}
    answer(told, f"Restored into {settings.home}. `labeler verify` checks it, `labeler serve` starts it.")


def verify(
    path: Annotated[Path | None, typer.Argument(exists=True, help="A backup, or what `dvc get` brought.")] = None,
) -> None:
    """Check the whole installation, a backup, or the files of a dataset version: every hash, and what ties them."""
    from labeler import rooms
    from labeler.backup.archive import NoBackup, check
    from labeler.backup.verify import verify as run

    if path is not None and path.is_dir():
        verify_version(path)
    elif path is not None:
        try:
            about = check(path)
        except NoBackup as error:
            raise SystemExit(str(error)) from None
        rows = sum(about["rows"].values())
        words = f"Backup of {about['created_at']}: {len(about['files']):,} files, {rows:,} rows. All hold."
        answer({name: about[name] for name in about if name != "files"}, words)
    else:
        rooms.load_tables()
        faults = run(Settings(), _tell)
        if faults:
            print("\n".join(faults), file=sys.stderr)
            raise SystemExit(1)
        answer({"faults": []}, "Everything holds.")


def register(app: typer.Typer) -> None:
    for function in (backup, restore, verify):
        app.command()(function)
