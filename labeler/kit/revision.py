"""Which code this is: the package's version, and the git commit when it runs from a checkout."""

import importlib.metadata
from functools import cache
from pathlib import Path

from labeler import DISTRIBUTION


@cache
def code_revision() -> str:
    version = importlib.metadata.version(DISTRIBUTION)
    folder = Path(__file__).resolve().parents[2] / ".git"
    try:
        head = (folder / "HEAD").read_text().strip()
        if head.startswith("ref: "):
            head = (folder / head[5:]).read_text().strip()
    except OSError:
        return version
    return f"{version}+{head[:12]}"
