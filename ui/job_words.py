"""What a job is called, how long it took, why it began, and what to do when it failed."""

from datetime import UTC, datetime

from labeler_ui.job_results import short
from labeler_ui.made import Made
from labeler_ui.words import mark, number, t

from labeler.wire.jobs import JobOut

KINDS = {
    "import": mark("Import"),
    "training": mark("Training of a model"),
    "train": mark("Training of a model"),
    "snapshot": mark("Dataset version"),
    "dataset": mark("Dataset version"),
    "reproduce": mark("Reproduce a model"),
    "export": mark("Export"),
    "push": mark("Copy to the DVC remote"),
    "coverage": mark("First order of the queue"),
    "embed": mark("Reading the items (sentence embeddings)"),
    "search": mark("Search for a model"),
    "recount": mark("Recount of the labels"),
    "strata": mark("Items that several people label, drawn again"),
    "estimate": mark("Weighing answers by who gave them"),
    "remove": mark("Removal of items"),
    "match": mark("Heuristics run over the items"),
    "trial": mark("Trial of a language model"),
    "run": mark("Run of a language model"),
    "index": mark("Words of items indexed for searching"),
    "erase": mark("Erasing a project"),
    "start": mark("Beginning of a campaign"),
    "assign": mark("Items assigned to certain people"),
    "find": mark("Looking for label errors"),
    "label": mark("Labeling of items at once"),
    "count": mark("Labels of a bulk counted"),
    "take_back": mark("Labels of a bulk taken back"),
    "answer": mark("What rules say of items that nobody labeled"),
    "cluster": mark("Grouping of hard items"),
    "check": mark("Check of a decision about hard items"),
    "look": mark("Looking for failure modes"),
    "measure": mark("Models measured on failure modes"),
    "weigh": mark("Weighing of columns"),
    "try": mark("Model without a column"),
    "tally": mark("What the order of the queue saves"),
    "simulate": mark("Strategies simulated on the labels"),
    "compare": mark("Check for drift of new items"),
    "judge": mark("Models run on test cases and slices"),
    "follow": mark("Shadows asked what was asked"),
    "challenge": mark("The newest model beside the live one"),
    "pipeline": mark("Test of the pipeline"),
    "fetch": mark("Items fetched from addresses"),
    "recheck": mark("Fetched documents looked at again"),
}
# What somebody can do about a failure, after the reason that the job itself gives, and on which page.
REMEDIES = {
    "import": (mark("Importing the corrected file again takes only what is missing."), "imports", mark("Import again")),
    "train": (mark("The models so far go on answering. Train now tries again."), "progress", mark("Open Progress")),
    "snapshot": (mark("The labels are safe. Create the version again."), "datasets", mark("Open the versions")),
    "push": (
        mark("Dataset versions are safe here. Check the address and the rights of the remote."),
        "datasets",
        mark("Open them"),
    ),
    "embed": (mark("Until it works, models learn from words alone."), "progress", mark("Open Progress")),
    "search": (mark("The model in use stays. The search can be started again."), "models", mark("Open the models")),
    "reproduce": (mark("The model itself is as it was. Reproduce starts it again."), "models", mark("Open the models")),
    "judge": (mark("What was known of the model stays. Run the test cases again."), "models", mark("Open the models")),
    "look": (mark("What was found before stays. Look again."), "models", mark("Open the models")),
    "weigh": (mark("What was known of the columns stays. Look again."), "models", mark("Open the models")),
    "try": (mark("The model itself is as it was. Measure again."), "models", mark("Open the models")),
    "tally": (mark("What was known stays. Count it again."), "progress", mark("Open Progress")),
    "simulate": (mark("Earlier simulations stay. Start it again."), "progress", mark("Open Progress")),
    "compare": (mark("What was found before stays. Check again."), "models", mark("Open the models")),
    "match": (mark("Labeling goes on without it. It is tried again."), "heuristics", mark("Open the heuristics")),
    "run": (mark("What it labeled is kept. Start another run."), "llms", mark("Open the language models")),
    "trial": (mark("Nothing was labeled. Try again."), "llms", mark("Open the language models")),
    "remove": (mark("What was not removed is still there."), "items", mark("Open the items")),
}
IMPORT, FETCH = "items.import", "sources.fetch"


WHY = {
    "new labels": mark("after new labels"),
    "labels waited": mark("for labels that had waited"),
    "items waited": mark("for items that had waited"),
    "asked": mark("as asked for"),
    "drift": mark("as new items have drifted"),
    "time": mark("as the live model has been there for long"),
    "labels imported": mark("after an import of labels"),
    "items removed": mark("after a removal of items"),
    "labels taken back": mark("as labels were taken back"),
    "labels restored": mark("as labels came back"),
    "bulk counted": mark("as labels given at once count now"),
    "settings": mark("as settings were changed"),
    "label schema": mark("as the labels were changed"),
    "sentences read": mark("after the reading of the items"),
    "search": mark("with the model that the search found"),
}
"""Why a training began, by what the job says."""


def named(row: JobOut) -> str:
    """What a job is called, by all that is known of it."""
    return t("Taking an import back") if row.import_id is not None else title(row.kind)


def title(kind: str) -> str:
    """What a job is called."""
    known = KINDS.get(short(kind))
    return t(known) if known else short(kind).replace("_", " ").capitalize()


def lasted(row: JobOut) -> str:
    """How long it ran, or has been running: "took 12 s"; empty before it starts."""
    if row.started_at is None:
        return ""
    seconds = ((row.finished_at or datetime.now(UTC)) - row.started_at).total_seconds()
    return t("took {time}", time=span(seconds)) if row.finished_at else t("for {time}", time=span(seconds))


def why(row: JobOut) -> str:
    """Why a training began; empty where that is not known."""
    known = WHY.get(row.why or "")
    return t(known) if known else ""


def span(seconds: float) -> str:
    """A time in words: "0.4 s", "12 s", "3 min", "2.5 h"."""
    if seconds < 10:
        return f"{number(max(seconds, 0), 1)} s"
    if seconds < 120:
        return f"{number(seconds)} s"
    return f"{number(seconds / 60)} min" if seconds < 5400 else f"{number(seconds / 3600, 1)} h"


def remedy(kind: str) -> Made:
    """What to do when a job of this kind failed, and where."""
    known = REMEDIES.get(short(kind))
    if known is None:
        return Made(t("Start it again; if it fails again, tell the person who runs this service."))
    words, page, action = known
    return Made(t(words), page, t(action))
