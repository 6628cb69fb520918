"""What a job is called, how long it took, what it made and where that is, and what to do when it failed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from labeler_ui import layout
from labeler_ui.feedback import plain

from labeler.wire.jobs import JobOut

KINDS = {
    "import": "Import",
    "training": "Training",
    "train": "Training",
    "snapshot": "Dataset version",
    "dataset": "Dataset version",
    "reproduce": "Reproduce a model",
    "export": "Export",
    "push": "Copy to the DVC remote",
    "coverage": "First order of the queue",
    "embed": "Reading the items (sentence embeddings)",
    "search": "Search for a model",
    "recount": "Recount of the labels",
    "remove": "Removal of items",
    "erase": "Erasing a project",
}
# What somebody can do about a failure, after the reason that the job itself gives, and on which page.
REMEDIES = {
    "import": ("Importing the corrected file again takes only what is missing.", "setup", "Import again"),
    "train": ("The models so far go on answering. Train now tries again.", "progress", "Open Progress"),
    "snapshot": ("The labels are safe. Create the version again.", "datasets", "Open the versions"),
    "push": (
        "Dataset versions are safe here. Check the address and the rights of the remote.",
        "datasets",
        "Open them",
    ),
    "embed": ("Until it works, models learn from words alone.", "progress", "Open Progress"),
    "search": ("The model in use stays. The search can be started again.", "models", "Open the models"),
    "reproduce": ("The model itself is as it was. Reproduce starts it again.", "models", "Open the models"),
    "remove": ("What was not removed is still there.", "items", "Open the items"),
}


@dataclass(frozen=True)
class Made:
    """What a job made, in words, and the page where it is."""

    words: str
    page: str | None = None
    action: str = ""
    params: tuple[tuple[str, str], ...] = ()


def short(kind: str) -> str:
    """The last part of a kind: "train" of "training.train"."""
    return kind.rpartition(".")[2]


def title(kind: str) -> str:
    """What a job is called."""
    return KINDS.get(short(kind), short(kind).replace("_", " ").capitalize())


def lasted(row: JobOut) -> str:
    """How long it ran, or has been running: "took 12 s"; empty before it starts."""
    if row.started_at is None:
        return ""
    seconds = ((row.finished_at or datetime.now(UTC)) - row.started_at).total_seconds()
    return f"{'took' if row.finished_at else 'for'} {span(seconds)}"


def span(seconds: float) -> str:
    """A time in words: "0.4 s", "12 s", "3 min", "2.5 h"."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def remedy(kind: str) -> Made:
    """What to do when a job of this kind failed, and where."""
    known = REMEDIES.get(short(kind))
    if known is None:
        return Made("Start it again; if it fails again, tell the person who runs this service.")
    words, page, action = known
    return Made(words, page, action, (("step", "import"),) if page == "setup" else ())


def made(row: JobOut) -> Made | None:
    """What a job that is done made; None where there is nothing to tell."""
    if not isinstance(row.result, dict):
        return None
    tell = RESULTS.get(short(row.kind))
    return tell(row.result) if tell else _any(row.result)


def _trained(found: Mapping[str, Any]) -> Made:
    number = found.get("model")
    if number is None:
        return Made(f"No model yet: {plain(found.get('reason', ''))}.")
    words = f"Model {number}, from {layout.number(found['trained_on'])} labels of dataset version "
    words += f"{plain(found['dataset'])}."
    return Made(words, "models", "Open the model", (("model", str(number)),))


def _snapshot(found: Mapping[str, Any]) -> Made:
    return Made(f"Dataset version {plain(found.get('tag', ''))}.", "datasets", "Open the versions")


def _searched(found: Mapping[str, Any]) -> Made:
    name = str(found.get("model") or "nothing").replace("_", " ")
    return Made(f"Chosen: {plain(name)}. {layout.sentence(found.get('reason'))}", "models", "Open the models")


def _read(found: Mapping[str, Any]) -> Made:
    words = f"{layout.number(found.get('read'))} of {layout.number(found.get('of'))} items read."
    return Made(f"{words} {layout.sentence(found.get('reason'))}".strip())


def _reproduced(found: Mapping[str, Any]) -> Made:
    same = "all predictions are identical" if found["identical"] else "the predictions differ"
    words = f"Model {found['model']} again: {same} ({layout.number(found['compared'])} items compared)."
    return Made(words, "models", "Open the model", (("model", str(found["model"])),))


def _any(found: Mapping[str, Any]) -> Made | None:
    simple = [f"{k.replace('_', ' ')} {v}" for k, v in found.items() if isinstance(v, (int, float, str)) and v != ""]
    return Made(plain(", ".join(simple[:5]))) if simple else None


RESULTS: dict[str, Callable[[Mapping[str, Any]], Made]] = {
    "train": _trained,
    "snapshot": _snapshot,
    "search": _searched,
    "embed": _read,
    "reproduce": _reproduced,
}
