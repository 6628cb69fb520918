"""Sentence vectors of the items of a check: of the pool as they were read, of new items read now.

What this finds beside the words: docs/decisions/0053-drift-of-meaning.md
"""

from collections.abc import Sequence
from typing import Any

from labeler.kit.counting import counted
from labeler.kit.jobs.registry import JobRun
from labeler.learning.drift.check import are_texts
from labeler.learning.errors import LearningError
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.encoders import encoder_for
from labeler.training.model_spec import representation_in
from labeler.training.pool.sentence_vectors import all_sentence_vectors
from labeler.wire.drift import NoMeaning


def vectors_of(
    run: JobRun, project: Project, model: Any, ids: Sequence[int], contents: Sequence[Any]
) -> tuple[Array | None, NoMeaning | None]:
    """float32 (ids, d) by the first encoder, or why there are none. model: the row of the one whose check this is;
    contents: of these items, in their order."""
    if not are_texts(contents):
        return None, "no_texts"
    if "sha256" not in (representation_in(model.config) or {}):
        return None, "words_alone"

    def tell(done: int, n: int) -> None:
        words = counted("read {done} of {n} sentence", "read {done} of {n} sentences", n, done=f"{done:,}")
        run.progress(1, 3, words)

    try:
        encoder = encoder_for(run.settings)
        if encoder is None:
            return None, "no_encoder"
        return all_sentence_vectors(run.db, run.settings, project, encoder, ids, contents, tell), None
    except LearningError:
        return None, "no_encoder"
