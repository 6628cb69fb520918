"""The four checklists of the ML Test Score, 28 lines, in words of this service.

Breck, Cai, Nielsen, Salib and Sculley 2017: "The ML Test Score: a rubric for ML production readiness and technical debt
reduction".
"""

from dataclasses import dataclass

from labeler.wire.readiness import ListName, Page


@dataclass(frozen=True)
class Line:
    """One line. page, view: where it is seen, or mended."""

    list: ListName
    name: str
    title: str
    why: str
    page: Page | None = None
    view: str | None = None


LINES: tuple[Line, ...] = (
    Line(
        "data",
        "expectations",
        "What items and labels may be is written down and checked.",
        "Broken rows teach the model what is not so.",
        "imports",
    ),
    Line(
        "data",
        "useful_features",
        "Everything that the model reads of an item helps it.",
        "What does not help still has to be kept, and can break.",
        "models",
        "columns",
    ),
    Line(
        "data",
        "feature_cost",
        "Nothing that the model reads costs more than it brings.",
        "Slow or costly data keeps the whole system back.",
        "models",
        "columns",
    ),
    Line(
        "data",
        "allowed",
        "The data may be used for this: licenses, contracts and law allow it.",
        "Otherwise the model may have to be withdrawn, and all that was learned with it.",
    ),
    Line(
        "data",
        "privacy",
        "Only those see the data who may, and what has to go can be removed.",
        "Texts of people leak through copies that nobody remembers.",
        "people",
    ),
    Line(
        "data",
        "new_features",
        "Another field can be read by the model within a reasonable time.",
        "Who can't react to a new signal falls behind.",
    ),
    Line(
        "data",
        "feature_code",
        "The code that turns items into numbers is tested.",
        "Its faults show nowhere but in worse predictions.",
    ),
    Line(
        "model",
        "on_record",
        "How the model was made is on record: data, settings and code.",
        "Nobody can say later what has changed.",
        "models",
        "card",
    ),
    Line(
        "model",
        "proxy",
        "The figure that it is judged by goes with what matters in use.",
        "A better figure does not help if nobody is better off by it.",
        "models",
        "required",
    ),
    Line(
        "model",
        "tuned",
        "Its settings were searched for.",
        "The usual ones may be far from the best for this data.",
        "models",
        "figures",
    ),
    Line(
        "model",
        "staleness",
        "It is known how much worse an older model is.",
        "Without it nobody knows how often to train.",
        "progress",
    ),
    Line(
        "model",
        "simpler",
        "A simpler model is not as good.",
        "What is complicated costs more to run and to understand.",
        "models",
        "figures",
    ),
    Line(
        "model",
        "slices",
        "It is good enough on every slice that matters.",
        "A good mean hides a part where it fails.",
        "models",
        "required",
    ),
    Line(
        "model",
        "fairness",
        "It was looked at whether it does worse for groups of people.",
        "It may treat people unequally, and nobody notices.",
        "models",
        "required",
    ),
    Line(
        "infrastructure",
        "reproducible",
        "Training again gives the same model.",
        "Otherwise no change can be told from chance.",
        "models",
        "figures",
    ),
    Line(
        "infrastructure",
        "test_cases",
        "Single predictions that have to be right are tested with every model.",
        "A known fault comes back unseen.",
        "models",
        "required",
    ),
    Line(
        "infrastructure",
        "pipeline",
        "The way from labels to a model runs as a whole, and is watched.",
        "A broken step is found only when a new model is needed.",
        "jobs",
    ),
    Line(
        "infrastructure",
        "gate",
        "No model answers before it was checked against what is required.",
        "A bad model goes live by mistake.",
        "models",
        "required",
    ),
    Line(
        "infrastructure",
        "debugging",
        "What the model says of a single item can be looked at.",
        "Without it a fault can't be traced to its cause.",
        "models",
        "mistakes",
    ),
    Line(
        "infrastructure",
        "canary",
        "A new model answers a part of the requests before it answers all.",
        "What goes wrong goes wrong for everybody at once.",
        "models",
    ),
    Line(
        "infrastructure",
        "rollback",
        "The model before can be live again at once.",
        "Otherwise a bad model stays until a better one is trained.",
        "models",
    ),
    Line(
        "monitoring",
        "dependencies",
        "It is noticed when packages change under the model.",
        "Another version may compute something else.",
        "models",
        "card",
    ),
    Line(
        "monitoring",
        "inputs",
        "New items are compared with those that the model learned from.",
        "It is asked about what it never saw.",
        "models",
        "drift",
    ),
    Line(
        "monitoring",
        "skew",
        "Items are read in the same way in training and in use.",
        "The model is then worse in use than every figure says.",
        "models",
        "retraining",
    ),
    Line(
        "monitoring",
        "age",
        "The live model knows most of what people have labeled.",
        "What was labeled since is of no use to anybody.",
        "models",
    ),
    Line(
        "monitoring",
        "numbers",
        "All figures, weights and probabilities of the model are finite numbers.",
        "One that is not spoils everything that is computed from it.",
        "models",
        "figures",
    ),
    Line(
        "monitoring",
        "speed",
        "Neither training nor predictions get slower.",
        "What creeps up is noticed only when it is too late.",
        "jobs",
    ),
    Line(
        "monitoring",
        "quality",
        "How good the model is in use is watched.",
        "It gets worse, and only its users notice.",
        "progress",
    ),
)
BY_NAME = {line.name: line for line in LINES}

MEANINGS: tuple[tuple[float, str], ...] = (
    (0.0, "One of the four lists is empty: an experiment rather than something to rely on."),
    (1.0, "Some of it was looked at, but there may be serious gaps."),
    (2.0, "A first pass was made; much is still done by hand, or not at all."),
    (3.0, "Reasonably tested; more of it could be automated."),
    (5.0, "Strongly tested and watched: ready for what others depend on."),
    (7.0, "Exceptionally well tested and watched."),
)
"""Up to how many points a score means what."""


def meaning_of(score: float) -> str:
    return next(words for most, words in MEANINGS if score <= most)
