"""All rooms, for those who need every one: routers, listeners, schedules, job functions, registries, parts of cards.

They are found by being there: a module says what it has on a line of its own (`router = APIRouter(`, `@listen(`,
`@every(`, `@section(`, `@finds_alike`, `@job(`, `... = Registry(`), which is read from its source, so that nothing
heavy is imported to find out.
Routers outside `/api/v1` bear another name.
"""

import importlib
import re
from functools import cache
from pathlib import Path

from fastapi import APIRouter

FIRST = ("labeler.queue.routes", "labeler.labels.routes")
"""Their routes are tried before others: labelers wait for them."""

FIRST_JOBS = ("labeler.imports.jobs", "labeler.campaigns.jobs")
"""Their jobs need not wait until a process has imported what the others need."""
AWAITED = ("items.import", "campaigns.start")
"""Jobs of theirs that somebody waits for: they get processes of their own when all others are busy."""

_MARKS = {
    "router": re.compile(rb"^router = APIRouter\(", re.M),
    "listener": re.compile(rb"^@(listen|every)\(", re.M),
    "finder": re.compile(rb"^@finds_alike$", re.M),
    "section": re.compile(rb"^@section\(", re.M),
    "job": re.compile(rb"^@job\(", re.M),
    "registry": re.compile(rb"^\w+(: .+)? = Registry\(", re.M),
}


@cache
def modules(kind: str) -> tuple[str, ...]:
    """The modules that have a router, a listener (or a schedule), a job, a registry or a section; sorted by name.

    The kit is left out: it only defines these words.
    """
    root = Path(__file__).parent
    found = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        if parts[1] != "kit" and _MARKS[kind].search(path.read_bytes()):
            found.append(".".join(parts).removesuffix(".__init__"))
    return tuple(found)


def routers() -> list[APIRouter]:
    names = sorted(modules("router"), key=lambda name: (name not in FIRST, FIRST.index(name) if name in FIRST else 0))
    return [importlib.import_module(name).router for name in names]


def load_listeners() -> None:
    """Import what listens and what runs at intervals: light, every process has it."""
    importlib.import_module("labeler.kit.outbox")
    for name in modules("listener"):
        importlib.import_module(name)


def first_job_modules() -> list[str]:
    """What a job process imports before its first job: listeners, and jobs that somebody waits for."""
    return list(dict.fromkeys((*modules("listener"), *FIRST_JOBS)))


def other_job_modules() -> list[str]:
    """The other modules with job functions (heavy: scikit-learn, DVC)."""
    return [name for name in modules("job") if name not in first_job_modules()]


def load_sections() -> None:
    """Import what has something to say in a model's card, or in that of a dataset version."""
    for name in modules("section"):
        importlib.import_module(name)


def load_finders() -> None:
    """Import what searches by meaning: light."""
    for name in modules("finder"):
        importlib.import_module(name)


def load_tables() -> None:
    """Import every table, for those who need all of them."""
    importlib.import_module("labeler.kit.outbox")
    importlib.import_module("labeler.kit.jobs.tables")
    for path in sorted(Path(__file__).parent.glob("*/tables.py")):
        importlib.import_module(f"labeler.{path.parent.name}.tables")


def load_jobs() -> None:
    for name in (*first_job_modules(), *other_job_modules()):
        importlib.import_module(name)


def load_registries() -> None:
    """Import every registry, for those who ask about plug-ins of any kind."""
    for name in modules("registry"):
        importlib.import_module(name)
