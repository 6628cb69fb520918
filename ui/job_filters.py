"""Which jobs are listed: all, or those of a kind and a state."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from labeler_ui import layout
from labeler_ui.words import mark, t

# Of every kind of job, by what people call them. `import` is what an address says: /jobs?kind=import.
GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": (mark("All kinds"), ()),
    "import": (mark("Imports, and what was removed"), ("items.import", "items.remove", "sources.fetch",
                                                "sources.recheck")),
    "training": (
        mark("Models and the order of the queue"),
        ("training.train", "training.coverage", "training.embed", "training.search", "training.reproduce",
         "training.judge", "retraining.challenge", "retraining.pipeline", "shadows.follow",
         "failure_modes.look", "failure_modes.measure", "drift.compare",
         "column_use.weigh", "column_use.try", "savings.tally", "simulations.simulate"),
    ),
    "dataset": (mark("Dataset versions"), ("datasets.snapshot", "datasets.push")),
    "labels": (
        mark("Labels and answers"),
        (
            "bulk.label", "bulk.count", "bulk.take_back", "campaigns.start", "campaigns.assign",
            "hard_items.cluster", "hard_items.check",
            "label_errors.find", "quality.estimate", "quality.recount", "quality.strata",
        ),
    ),
    "rules": (
        mark("Heuristics and language models"),
        ("heuristics.match", "heuristics.answer", "llm.trial", "llm.run"),
    ),
    "upkeep": (mark("Upkeep"), ("items.index", "projects.erase")),
}  # fmt: skip
ANY = "any"


def draw() -> dict[str, Any]:
    """The fields, and what they come to: filters of `GET /jobs`. The address has them, too."""
    left, right, _ = st.columns([2, 2, 3], vertical_alignment="bottom")
    with left:
        kind = _choose("kind", t("What"), {name: t(title) for name, (title, _) in GROUPS.items()})
    with right:
        states = {name: t(word) for name, (word, _) in layout.JOB_WORDS.items()}
        state = _choose("state", t("State"), {ANY: t("Any state"), **states})
    kinds = GROUPS[kind][1]
    return {"kind": list(kinds) or None, "state": None if state == ANY else state}


def _choose(name: str, title: str, choices: Mapping[str, str]) -> str:
    """name: in the address, which leaves out the first choice, the one without an effect."""
    names = list(choices)
    asked = st.query_params.get(name)
    index = names.index(asked) if asked in names else 0
    found: str = st.selectbox(title, names, index, format_func=choices.__getitem__, key=f"jobs-{name}")
    if found != names[0]:
        st.query_params[name] = found
    elif asked is not None:
        del st.query_params[name]
    return found
