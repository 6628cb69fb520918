"""The policy of retraining, and what became of a challenge or a test, in words."""

from labeler_ui import layout
from labeler_ui.words import listed, mark, t, tn

from labeler.wire.retraining import RetrainingState

CAUSES = {
    "labels": mark("new labels"),
    "time": mark("time"),
    "drift": mark("drift"),
    "asked": mark("somebody asked"),
}
OUTCOMES = {
    "replaced": mark("it went live"),
    "better": mark("it is better: promote it"),
    "unclear": mark("can't be told apart"),
    "worse": mark("the live one is better"),
    "unmet": mark("better, but not known to hold what is required"),
    "trying": mark("better; another one is being tried out"),
    "unknown": mark("nothing to compare on"),
}
TESTED = {
    "identical": mark("all predictions identical"),
    "differs": mark("predictions differ"),
    "failed": mark("it failed"),
}


def rule(found: RetrainingState) -> str:
    """The policy in words."""
    if found.live is None:
        return t("No model is live: the first one is promoted by people. After that newer ones challenge it.")
    policy = found.policy
    causes = []
    if policy.after_labels is not None:
        causes.append(tn("after {n} new label", "after {n} new labels", policy.after_labels))
    if policy.after_days is not None:
        causes.append(tn("after {n} day at the latest", "after {n} days at the latest", policy.after_days))
    if policy.on_drift:
        causes.append(t("when new items have drifted"))
    if not causes:
        return t("The live model {number} is only challenged when somebody asks.", number=found.live)
    when = listed(causes)
    words = t("The newest model is held against the live model {number}: {when}.", number=found.live, when=when)
    if policy.replace:
        return f"{words} " + t("Where it is surely better and holds all that is required, it goes live by itself.")
    return f"{words} " + t("What comes of it is told here and to webhooks; people decide.")


def coming(found: RetrainingState) -> str:
    """When the next challenge is due."""
    due = found.due
    if due is None or (due.labels is None and due.at is None):
        return ""
    parts = []
    if due.labels is not None:
        parts.append(
            tn("after {n} more label", "after {n} more labels", due.labels)
            if due.labels
            else t("with the next model that is trained")
        )
    if due.at is not None:
        parts.append(t("on {date} at the latest", date=layout.clock(due.at)))
    return t("The next one: {when}.", when=", ".join(parts))
