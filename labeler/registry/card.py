"""The human-readable card of a model version."""

from typing import Any

from labeler.datasets.markdown import cell
from labeler.learning.evaluation.metrics import metrics_of
from labeler.projects.access import Project
from labeler.registry.requirements import in_words
from labeler.registry.test_runs import in_words as run_in_words
from labeler.wire.registry import ModelOut


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


def write_card(project: Project, model: ModelOut) -> str:
    """Markdown; figures are of the holdout, with their 95 % intervals."""
    rows = [("this model", model.metrics or {})]
    rows += [(f"baseline: {name}", metrics) for name, metrics in (model.baselines or {}).items()]
    listed = metrics_of(project.task.problem)
    head = "| | " + " | ".join(one.title for one in listed) + " |\n" + "|---" * (len(listed) + 1) + "|"
    lines = (
        f"| {cell(name)} | " + " | ".join(figure(metrics.get(one.name)) for one in listed) + " |"
        for name, metrics in rows
    )
    table = "\n".join([head, *lines])
    made = f"{model.config.get('model', '')}{_settings(model.config.get('params'))}"
    packages = ", ".join(f"{cell(name)} {cell(version)}" for name, version in model.packages.items())
    return f"""# {cell(project.name)}, model {model.number}

Stage: {model.stage}. Trained on {model.trained_on:,} items of dataset version {model.dataset.version}
(tag `{model.dataset.tag}`), judged on {model.holdout_size:,} holdout items that it never saw.

{table}

{_required(model)}{_overridden(model)}{_tested(model)}{_sliced(project, model)}## How it was made

- model: {cell(made)}, seed {model.config.get("seed")}
- features: {cell(model.config.get("features", {}).get("name", ""))}{_left_out(model)}
- packages: {packages}
- code: {cell(model.code_revision)}
- SHA-256 of its file: {model.sha256}

`labeler reproduce {project.slug} {model.number}` trains it again and compares every prediction.
"""
