"""A trained model: features, estimator and labels in one, stored without pickle and checked by its hash."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.contents import Content
from labeler.learning.errors import ModelFileBroken, ModelFileMissing, ModelHashMismatch
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.features.pipeline import pipeline_from_config
from labeler.learning.numeric.parallel import one_thread
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.reference_set import ReferenceSet
from labeler.learning.semi_supervised.self_training import estimator_of

FILE_NAME = "model.skops"
FORMAT = 6
READ = (5, FORMAT)
"""Formats that are read: 5 has sentence vectors as the encoder gives them, not centered."""


class TrainedModel:
    """Answers for contents, with the very pipeline that it was trained with.

    classes: the labels, in the order of the columns of every probability array. reference_set: what a model
    that learned from its pool keeps of it, with an `Ensemble` or `SelfTrained` as estimator; None for a model on
    features alone.
    """

    def __init__(
        self,
        pipeline: FeaturePipeline,
        estimator: Any,
        classes: Sequence[str],
        model: str,
        reference_set: ReferenceSet | None = None,
        problem: str = "classification",
    ) -> None:
        self.pipeline = pipeline
        self.estimator = estimator
        self.classes = list(classes)
        self.model = model
        self.reference_set = reference_set
        self.problem = problem

    def predict_proba(self, contents: Sequence[Content]) -> Array:
        """Probabilities, float32 (items, classes)."""
        if not contents:
            return np.zeros((0, len(self.classes)), dtype=np.float32)
        if self.reference_set is None:
            return self.predict_proba_block(self.pipeline.extract(contents))
        features = self.pipeline.transform(self.pipeline.extract(contents))
        vectors = self.reference_set.vectors_of(list(contents), features, self.pipeline)
        with one_thread():
            views = self.reference_set.views(vectors, features, self.pipeline.cells(features))
            return np.asarray(self.estimator.predict_proba(views), dtype=np.float32)

    def predict_proba_block(self, block: csr_matrix) -> Array:
        """Probabilities of a raw block that `pipeline.extract` gave, float32 (items, classes)."""
        return self.predict_proba_features(self.pipeline.transform(block))

    def predict_proba_features(self, X: Any) -> Array:
        """Probabilities of rows that `pipeline.transform` gave, float32 (items, classes)."""
        if not X.shape[0]:
            return np.zeros((0, len(self.classes)), dtype=np.float32)
        with one_thread():
            return np.asarray(self.estimator.predict_proba(X), dtype=np.float32)

    def save(self, folder: Path) -> str:
        """Write `model.skops` into the folder, whole or not at all; returns the SHA-256 of the file."""
        import skops.io

        pooled = self.reference_set is not None
        data: bytes = skops.io.dumps(
            {
                "format": FORMAT,
                "model": self.model,
                "problem": self.problem,
                "classes": self.classes,
                "estimator": self.estimator.state() if pooled else self.estimator,
                "pipeline": self.pipeline.config(),
                "state": self.pipeline.state(),
                "reference_set": self.reference_set.state() if self.reference_set is not None else None,
            }
        )
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{FILE_NAME}.{secrets.token_hex(6)}"
        try:
            with open(unfinished, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, folder / FILE_NAME)
        finally:
            unfinished.unlink(missing_ok=True)
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, folder: Path, sha256: str) -> "TrainedModel":
        """The model that `save` wrote and whose hash it returned. Nothing is unpickled.

        Raises ModelFileMissing, ModelHashMismatch (before anything is parsed) or ModelFileBroken.
        """
        import skops.io

        from labeler.learning.models import get_model
        from labeler.learning.models.registry import registered

        path = Path(folder) / FILE_NAME
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ModelFileMissing(f"the model file {path.name} is missing; train again to get it back") from error
        if hashlib.sha256(data).hexdigest() != sha256.lower():
            raise ModelHashMismatch(f"the model file {path.name} was changed after it was saved; it was not loaded")
        trusted = sorted({name for one in registered().values() for name in one.trusted})
        try:
            stored = skops.io.loads(data, trusted=trusted)
            if stored["format"] not in READ:
                raise ValueError(f"format {stored['format']}, expected {FORMAT}")
            pipeline = pipeline_from_config(stored["pipeline"])
            pipeline.set_state(stored["state"])
            graph = stored["reference_set"]
            if graph is None:
                made = cls(pipeline, stored["estimator"], stored["classes"], get_model(stored["model"]).name)
                made.problem = stored["problem"]
                return made
            ensemble = estimator_of(stored["estimator"])
            return cls(pipeline, ensemble, stored["classes"], stored["model"], ReferenceSet.from_state(graph))
        except Exception as error:
            raise ModelFileBroken(f"the model file {path.name} can't be read: {error}") from error
