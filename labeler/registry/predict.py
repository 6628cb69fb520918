"""Serving the live model. It is loaded once, its hash checked, and kept until another one is live."""

import threading
from pathlib import Path
from typing import Any

from labeler.items.answers import Refused
from labeler.items.content import bounds_of, check_item
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Invalid, NoLiveModel, Unavailable
from labeler.learning.decoding import Decoder
from labeler.projects.access import Project
from labeler.registry.artifacts import folder_of
from labeler.registry.service import live_model
from labeler.wire.registry import PredictIn, Prediction, PredictOut

_loaded: dict[Path, tuple[str, Any]] = {}  # by the project's folder: the live model's hash, and the model
_loading = threading.Lock()


def _live(settings: Settings, row: Any) -> Any:
    folder = folder_of(settings, row.project_id, row.number)
    with _loading:
        known = _loaded.get(folder.parent)
        if known is not None and known[0] == row.sha256:
            return known[1]
        model = load_model(settings, row)
        _loaded[folder.parent] = (row.sha256, model)
        return model


def load_model(settings: Settings, row: Any) -> Any:
    """The model of a row, from its file; raises `Unavailable` where that is broken or gone."""
    from labeler.learning.errors import LearningError
    from labeler.learning.trained_model import TrainedModel
    from labeler.registry.encoders import why_without

    why_without(settings)  # makes the set encoder known to the model; one it does not need may be missing
    try:
        return TrainedModel.load(folder_of(settings, row.project_id, row.number), row.sha256)
    except LearningError as error:
        raise Unavailable(f"Model {row.number} can't be loaded: {error}. Roll back, or reproduce it.") from error


def predict(db: Database, settings: Settings, project: Project, body: PredictIn) -> PredictOut:
    """Raises `NoLiveModel`, `Invalid` (which item, why), `Unavailable` (the model's file is broken)."""
    row = db.read(live_model, project.id)
    if row is None:
        raise NoLiveModel(
            f"Promote a model first: POST /projects/{project.slug}/models/<number>/stage with stage live."
        )
    contents, bounds = [], bounds_of(settings)
    for number, item in enumerate(body.items):
        raw = item.model_dump(exclude_none=True, exclude={"key"})
        try:
            contents.append(check_item(raw, project, bounds).content)
        except Refused as refused:
            pointer = f"/items/{number}/{refused.field}"
            raise Invalid(
                f"{pointer[1:]} {refused.reason}.", errors=[{"pointer": pointer, "detail": refused.reason}]
            ) from None
    found = answers_of(project, row, _live(settings, row), contents)[1]
    predictions = [Prediction(key=item.key, **prediction) for item, prediction in zip(body.items, found, strict=True)]
    return PredictOut(model=row.number, dataset=row.tag, predictions=predictions)


def answers_of(project: Project, row: Any, model: Any, contents: list[Any]) -> tuple[Any, list[dict[str, Any]]]:
    """The model's probabilities of each content, and what they say. Raises `Unavailable`."""
    from labeler.learning.errors import EncoderBroken, EncoderMissing

    try:
        proba = model.predict_proba(contents)
    except (EncoderMissing, EncoderBroken) as error:
        raise Unavailable(f"Model {row.number} can't answer: {error}.") from error
    decoder = Decoder(project.mappings, row.config)
    return proba, [decoder(line) for line in proba]
