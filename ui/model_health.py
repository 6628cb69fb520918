"""Whether a model's numbers are numbers, and whether its packages are those it was trained with. Part of the page
Models."""

import streamlit as st
from labeler_ui import layout, table
from labeler_ui.words import number, t, tn

from labeler.wire.registry import ModelOut


def may_answer(model: ModelOut) -> bool:
    """Whether its probabilities are numbers: otherwise nobody can promote it."""
    return model.soundness is None or not model.soundness.broken_probabilities


def why_not(model: ModelOut) -> str:
    """Why it can't be promoted; nothing where it can."""
    if model.soundness is None or may_answer(model):
        return ""
    return tn(
        "Model {number} can't be promoted: {n} of the {all} probabilities that it gave after training is no finite "
        "number. Train again, and look at the items and settings.",
        "Model {number} can't be promoted: {n} of the {all} probabilities that it gave after training are no finite "
        "numbers. Train again, and look at the items and settings.",
        model.soundness.broken_probabilities,
        number=model.number,
        all=layout.number(model.soundness.probabilities),
    )


def draw(model: ModelOut) -> None:
    """Weights and probabilities, then the packages."""
    st.subheader(t("Numbers and packages"), anchor=False)
    st.markdown(_numbers(model))
    changed = [name for name, version in model.packages.items() if model.packages_now.get(name) != version]
    if changed:
        words = tn(
            "{n} package is another version here than the model was trained with: {names}. It may compute something "
            "else: test the pipeline, or train again.",
            "{n} packages are other versions here than the model was trained with: {names}. It may compute something "
            "else: test the pipeline, or train again.",
            len(changed),
            names=", ".join(changed),
        )
        st.warning(words, icon=":material/deployed_code_alert:")
    table.show(
        [
            {
                t("Package"): name,
                t("Trained with"): version,
                t("Installed"): model.packages_now.get(name) or t("not here"),
                t("Changed"): t("yes") if name in changed else t("no"),
            }
            for name, version in model.packages.items()
        ]
    )


def _numbers(model: ModelOut) -> str:
    found = model.soundness
    if found is None:
        return t(":gray[Its weights and probabilities were not looked at: it is of an earlier version.]")
    looked = layout.number(found.weights + found.probabilities)
    broken = found.broken_weights + found.broken_probabilities
    told = (
        tn(
            ":red[Of its {all} weights and probabilities {n} is not a finite number.]",
            ":red[Of its {all} weights and probabilities {n} are not finite numbers.]",
            broken,
            all=looked,
        )
        if broken
        else t("All of its {all} weights and probabilities are finite numbers.", all=looked)
    )
    if found.norm is None:
        return told
    norm = number(found.norm, 1)
    if found.norm_before is None:
        return f"{told} " + t("The norm of its weights is {norm}.", norm=norm)
    beside = t(
        "The norm of its weights is {norm}, of the model before it {before}.",
        norm=norm,
        before=number(found.norm_before, 1),
    )
    return f"{told} " + (f":red[{beside}]" if found.exploded else beside)
