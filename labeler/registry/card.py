"""The human-readable card of a model version."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from labeler import DISTRIBUTION
from labeler.datasets.hub import CATEGORIES
from labeler.datasets.markdown import cell, front_matter
from labeler.kit.config import Settings
from labeler.learning.evaluation.metrics import metrics_of
from labeler.learning.evaluation.sureness import coverage_at, right_at
from labeler.projects.access import Project
from labeler.registry.requirements import in_words
from labeler.registry.sections import sections_of
from labeler.registry.service import get_model
from labeler.registry.test_runs import in_words as run_in_words
from labeler.wire.registry import ModelOut

BASELINES = {
    "majority": "the most common answer",
    "one_rule": "a rule of one word or column",
    "sklearn": "plain scikit-learn",
}
SURE = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)


def figure(estimate: dict[str, Any] | None) -> str:
    if not estimate or estimate.get("value") is None:
        return "not measured"
    interval = ""
    if estimate.get("low") is not None:
        interval = f" ({estimate['low']:.3f} to {estimate['high']:.3f})"
    return f"{estimate['value']:.3f}{interval}"


def _settings(params: dict[str, Any] | None) -> str:
    named = ", ".join(f"{name}={value}" for name, value in (params or {}).items())
    return f" ({named})" if named else ""


def _required(model: ModelOut) -> str:
    """What the project requires of its models, and whether this one holds it."""
    if not model.requirements:
        return ""
    lines = "\n".join(f"- {one.state}: {cell(in_words(one))}" for one in model.requirements)
    return f"## What is required\n\n{lines}\n\n"


def _overridden(model: ModelOut) -> str:
    """What it was not known to hold when somebody let it go live all the same."""
    told = [in_words(one) for one in model.overridden]
    told += [run_in_words(one) for one in model.overridden_test_cases]
    if not told:
        return ""
    lines = "\n".join(f"- {cell(one)}" for one in told)
    return f"It went live all the same, though it was not known to hold this:\n\n{lines}\n\n"


def _tested(model: ModelOut) -> str:
    """How it did on test cases."""
    if not model.test_cases:
        return ""
    lines = "\n".join(f"- {one.state}: {cell(run_in_words(one))}" for one in model.test_cases)
    return f"## Test cases\n\n{lines}\n\n"


def _sliced(project: Project, model: ModelOut) -> str:
    """How it does on slices."""
    if not model.slices:
        return ""
    lead = model.report["primary"] if model.report else ""
    title = next((one.title for one in metrics_of(project.task.problem) if one.name == lead), "")
    head = f"| slice | labels | exactly right | {title} |\n|---|---|---|---|"
    rows = (
        f"| {cell(one.name)} | {one.labels} | {figure(one.right.model_dump())} | "
        f"{figure(one.metrics[lead].model_dump() if lead in one.metrics else None)} |"
        for one in model.slices
    )
    return "\n".join(["## Slices of the holdout\n", head, *rows]) + "\n\n"


def _left_out(model: ModelOut) -> str:
    """The columns that it did not learn from, if there are any."""
    names = model.config.get("left_out_columns") or []
    return f", without the columns {', '.join(map(cell, names))}" if names else ""


def card_of(tx: Connection, settings: Settings, project: Project, number: int) -> str:
    """A model's card with all that rooms have to say of it. Raises `NotFound`."""
    model = get_model(tx, settings, project, number)
    return write_card(project, model, sections_of(tx, settings, project, model))


def _about(project: Project, model: ModelOut) -> dict[str, Any]:
    """What the Hugging Face Hub reads of a model's card: its library, tags, and the holdout's figures
    (`model-index`, after the Hub's metadata specification)."""
    content = project.content or "text"
    kind, _ = CATEGORIES.get((content, project.task_type), (f"{content}-{project.task_type.replace('_', '-')}", ""))
    measured = [
        {"type": one.name, "name": one.title, "value": round(found["value"], 6)}
        for one in metrics_of(project.task.problem)
        if (found := (model.metrics or {}).get(one.name)) and found.get("value") is not None
    ]
    about: dict[str, Any] = {
        "library_name": DISTRIBUTION,
        "tags": ["active-learning", project.task_type, content],
        "model_name": f"{project.name}, model {model.number}",
    }
    if measured:
        dataset = {"name": project.name, "type": project.slug, "revision": model.dataset.tag, "split": "test"}
        result = {"task": {"type": kind, "name": project.task_type}, "dataset": dataset, "metrics": measured}
        about["model-index"] = [{"name": about["model_name"], "results": [result]}]
    return about


def _sure(model: ModelOut) -> str:
    """How much it can be left alone."""
    view = ((model.report or {}).get("views") or {}).get("sureness")
    if not view or not view["items"]:
        return ""
    head = "| sure at least | share of the items | exactly right among them |\n|---|---|---|"
    rows = (
        f"| {at:.0%} | {figure(asdict(coverage_at(view, at)))} | {figure(asdict(right_at(view, at)))} |" for at in SURE
    )
    return "\n".join(["## What it is sure of\n", head, *rows]) + "\n\n"


def _sound(model: ModelOut) -> str:
    """Whether its weights and probabilities are numbers."""
    found = model.soundness
    if found is None:
        return ""
    broken, of = found.broken_weights + found.broken_probabilities, found.weights + found.probabilities
    norm = "" if found.norm is None else f", norm of its weights {found.norm:.3g}"
    norm += "" if found.norm_before is None else f" ({found.norm_before:.3g} of the model before)"
    told = f"{broken:,} not finite" if broken else "all finite"
    return f"- weights and probabilities: {of:,}, {told}{norm}\n"


def write_card(project: Project, model: ModelOut, sections: Sequence[str] = ()) -> str:
    """Markdown with front matter; figures are of the holdout, with their 95 % intervals. sections: what rooms say."""
    rows = [("this model", model.metrics or {})]
    rows += [(f"baseline: {BASELINES.get(name, name)}", metrics) for name, metrics in (model.baselines or {}).items()]
    listed = metrics_of(project.task.problem)
    head = "| | " + " | ".join(one.title for one in listed) + " |\n" + "|---" * (len(listed) + 1) + "|"
    lines = (
        f"| {cell(name)} | " + " | ".join(figure(metrics.get(one.name)) for one in listed) + " |"
        for name, metrics in rows
    )
    table = "\n".join([head, *lines])
    made = f"{model.config.get('model', '')}{_settings(model.config.get('params'))}"
    packages = ", ".join(f"{cell(name)} {cell(version)}" for name, version in model.packages.items())
    now = model.packages_now
    changed = [f"{cell(name)} {now[name] or 'gone'}" for name in now if now[name] != model.packages[name]]
    packages += f" (installed now: {', '.join(changed)})" if changed else ""
    more = "".join(f"{one}\n\n" for one in sections)
    return f"""{front_matter(_about(project, model))}
# {cell(project.name)}, model {model.number}

Stage: {model.stage}. Trained on {model.trained_on:,} items of dataset version {model.dataset.version}
(tag `{model.dataset.tag}`), judged on {model.holdout_size:,} holdout items that it never saw.

{table}

{_required(model)}{_overridden(model)}{_tested(model)}{_sliced(project, model)}{_sure(model)}{more}## How it was made

- model: {cell(made)}, seed {model.config.get("seed")}
- features: {cell(model.config.get("features", {}).get("name", ""))}{_left_out(model)}
- packages: {packages}
{_sound(model)}- code: {cell(model.code_revision)}
- SHA-256 of its file: {model.sha256}

`labeler reproduce {project.slug} {model.number}` trains it again and compares every prediction.
"""
