"""Making a model again from its dataset version, and comparing what it says."""

from pathlib import Path
from typing import Any

from labeler.kit.jobs.registry import JobRun, job
from labeler.learning.errors import LearningError
from labeler.learning.trained_model import TrainedModel
from labeler.registry.artifacts import folder_of, save_predictions
from labeler.registry.service import find_model, set_file
from labeler.training.again import data_behind, same_as_recorded, train_again


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
    data = data_behind(run, row)
    fitted = train_again(run, row, data)
    folder = folder_of(run.settings, project_id, row.number)
    identical, difference = same_as_recorded(run.settings, row, fitted)
    if identical and not _answers(folder, row.sha256):
        sha256 = fitted.model.save(folder)
        save_predictions(folder, data.items, fitted.proba)
        run.write(lambda tx: set_file(tx, row.id, sha256))
    return {
        "identical": identical,
        "compared": len(data.items),
        "max_difference": difference,
        "model": row.number,
        "dataset": row.tag,
    }
