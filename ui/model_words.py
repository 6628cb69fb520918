"""What models are, in words: "Linear SVM" for linear_svm, also inside of what the service says of them."""

import re

import streamlit as st
from labeler_ui import feedback, session, tasks
from labeler_ui.words import duration, said, t, tn

from labeler.wire.insight import TrainingOut


def kinds(task_type: str) -> dict[str, str]:
    """The models of a task type, each as short as it goes; asked once per browser session."""
    kept: dict[str, dict[str, str]] = st.session_state.setdefault("_model_kinds", {})
    if task_type not in kept:
        offered = feedback.attempt(lambda: session.client().model_choices(task_type), t("Reading the models")) or []
        kept[task_type] = {one.name: re.split(r"[,(:]| of | for ", said(one.summary))[0].strip(" .") for one in offered}
    return kept[task_type]


def kind(task_type: str, name: str | None) -> str | None:
    """What a model is."""
    return None if name is None else kinds(task_type).get(name, name.replace("_", " "))


def searched(name: str | None) -> str | None:
    """What a model is that a search found."""
    found = (kinds(one) for one in tasks.registered() if tasks.named(one).SEARCHES)
    return next((known[name] for known in found if name in known), name and name.replace("_", " "))


def named(text: str | None) -> str:
    """What a search says, in the viewer's language, with the models' names in words."""
    words = said(text)
    known = {
        name: title for one in tasks.registered() if tasks.named(one).SEARCHES for name, title in kinds(one).items()
    }
    for name, title in sorted(known.items(), key=lambda one: -len(one[0])):
        words = re.sub(rf"\b{re.escape(name)}\b", f"“{title}”" if "_" in name else name, words)
    return words


def next_model(training: TrainingOut, seconds: int) -> str:
    """When the next model trains: after enough labels, or with fewer when the last training is long enough ago.

    seconds: the project's `retrain_seconds`.
    """
    left = training.labels_until_next
    words = tn("The next model trains after {n} more label.", "The next model trains after {n} more labels.", left)
    if left < 2:
        return words
    return words + " " + t("If {time} have passed since the last training, one is enough.", time=duration(seconds))
