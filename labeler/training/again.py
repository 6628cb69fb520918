"""Training a recorded model again, from its dataset version with its configuration, and what became of it."""

from functools import partial
from typing import Any

import numpy as np

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.kit.config import Settings
from labeler.kit.jobs.registry import JobRun
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.encoders import encoder_for
from labeler.training.fit import Fitted, fit
from labeler.training.model_spec import representation_in, spec_of
from labeler.training.pool.data import TrainingData, data_of_model
from labeler.training.pool.representation import represent_again


def data_behind(run: JobRun, row: Any) -> TrainingData:
    """What a model learned from. row: the model's, with its dataset version."""
    version = Version(run.settings, row.project_id, run.db.read(find_version, row.project_id, row.version))
    return data_of_model(run.settings, row.project_id, version, row.config)


def train_again(run: JobRun, row: Any, data: TrainingData) -> Fitted:
    """The model once more, by its recorded configuration; the job tells how far it is."""
    encoder_for(run.settings)
    return fit(
        data,
        look=partial(represent_again, representation_in(row.config)),
        seed=row.config["seed"],
        spec=spec_of(row.config),
        tell=lambda step, text: run.progress(step, 4, text),
    )


def same_as_recorded(settings: Settings, row: Any, fitted: Fitted) -> tuple[bool, float | None]:
    """Whether each prediction is the recorded one, and the largest difference of two probabilities; None where what it
    said is not here any more."""
    if fitted.predictions_sha256 == row.config["predictions_sha256"]:
        return True, 0.0
    stored = load_predictions(folder_of(settings, row.project_id, row.number))
    if stored is None or stored.proba.shape != fitted.proba.shape:
        return False, None
    return False, float(np.abs(stored.proba - fitted.proba).max(initial=0.0))
