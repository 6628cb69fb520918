"""Making a model again from its dataset version, and comparing what it says."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.kit.jobs.registry import JobRun, job
from labeler.learning.errors import LearningError
from labeler.learning.trained_model import TrainedModel
from labeler.registry.artifacts import folder_of, load_predictions, save_predictions
from labeler.registry.encoders import encoder_for
from labeler.registry.service import find_model, set_file
from labeler.training.fit import fit
from labeler.training.model_spec import representation_in, spec_of
from labeler.training.pool.data import data_of_model
from labeler.training.pool.representation import represent_again


def _answers(folder: Path, sha256: str) -> bool:
    """Whether the model's file is there and is one that this version reads."""
    try:
        TrainedModel.load(folder, sha256)
    except LearningError:
        return False
    return True


@job("training.reproduce")
def reproduce(run: JobRun) -> dict[str, Any]:
    """Train from the dataset version's files with the recorded configuration; restores pruned files."""
    project_id = run.project_id or 0
    row = run.db.read(find_model, project_id, run.args["number"])
    version = Version(run.settings, project_id, run.db.read(find_version, project_id, row.version))
    data = data_of_model(run.settings, project_id, version, row.config)
    encoder_for(run.settings)
    look = partial(represent_again, representation_in(row.config))
    fitted = fit(
        data,
        look=look,
        seed=row.config["seed"],
        spec=spec_of(row.config),
        tell=lambda step, text: run.progress(step, 4, text),
    )
    folder = folder_of(run.settings, project_id, row.number)
    stored = load_predictions(folder)
    difference = None
    if stored is not None and stored.proba.shape == fitted.proba.shape:
        difference = float(np.abs(stored.proba - fitted.proba).max(initial=0.0))
    identical = fitted.predictions_sha256 == row.config["predictions_sha256"]
    if identical and not _answers(folder, row.sha256):
        sha256 = fitted.model.save(folder)
        save_predictions(folder, data.items, fitted.proba)
        run.write(lambda tx: set_file(tx, row.id, sha256))
    return {
        "identical": identical,
        "compared": len(data.items),
        "max_difference": 0.0 if identical else difference,
        "model": row.number,
        "dataset": row.tag,
    }
