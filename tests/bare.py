"""Places where nothing is installed but what is asked for, out of what is installed here."""

from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


def installed(names: list[str], into: Path) -> None:
    """These distributions and what they ask for, and nothing else."""
    waiting, seen = list(names), set()
    while waiting:
        wanted = Requirement(waiting.pop())
        if wanted.name in seen or (wanted.marker is not None and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(wanted.name)
        found = metadata.distribution(wanted.name)
        waiting += found.requires or []
        for top in {Path(file).parts[0] for file in found.files or () if not str(file).startswith("..")}:
            if top != "__pycache__" and not (into / top).exists():
                (into / top).symlink_to(Path(str(found.locate_file(top))))
