"""A model trained again without a column, beside the one that has it: same labels, same holdout items."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from labeler.column_use.holdout import Held, judge_of, read
from labeler.learning.decoding import Decoder
from labeler.learning.evaluation.judge import gap, samples
from labeler.learning.evaluation.metrics import Metric
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.training.fit import fit
from labeler.training.model_spec import representation_in, spec_of
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import represent_again


def without(
    project: Project,
    data: TrainingData,
    row: Any,
    column: str,
    held: Held,
    metric: Metric,
    proba: Array,
    tell: Callable[[int, str], None],
) -> dict[str, Any]:
    """What is kept of a trial. row: the model's; proba: what it says of the items of its data, float (items, classes).

    The twin is trained by the model's own recipe: hyperparameters, seed, and how the pool is represented. Its features
    are of no use to other trainings, so they are removed with it. Raises LearningError.
    """
    config = row.config
    gone = [*config.get("left_out_columns", ()), column]
    with tempfile.TemporaryDirectory(prefix="labeler-columns-") as folder:
        twin = fit(
            replace(data, cache=Path(folder), left_out_columns=gone),
            look=partial(represent_again, representation_in(config)),
            seed=config["seed"],
            spec=spec_of(config),
            tell=tell,
        )
        said = np.array(twin.proba[held.positions])
    its = {**config, "classes": twin.model.classes, "decoding": twin.settings}
    rng = np.random.default_rng(project.settings.seed)
    weights = samples(len(held.values), rng)
    scores = []
    for one, rows in ((config, np.asarray(proba[held.positions])), (its, said)):
        decoder = Decoder(project.mappings, one)
        judge = judge_of(project, decoder, held.values, metric)
        scores.append(judge(read(decoder, rows), weights))
    found = gap(scores[1], scores[0][None], len(held.values), judge.span, rng)
    return {
        "metric": metric.name,
        "score": float(judge.sign * scores[0][0]),
        "without": float(judge.sign * scores[1][0]),
        "difference": {"value": found.value, "low": found.low, "high": found.high},
        "n": len(held.values),
    }
