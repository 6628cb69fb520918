"""Candidates first: in a large pool the queue follows a new model before the model has scored everything.

What is asked next is nearly always among the items of which the model before was least certain. So those, the
labeled ones (which may want more labels) and a random sample are scored at once and ranked, and the queue is
swapped; all other items are scored behind, and the queue is swapped again, together with the model's row and
predictions. Each order is one model's alone (G10). The first has no model's number, since there is no such model for
anybody yet: a training that is killed in between leaves a good order and nothing else, and starts again.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from labeler.kit.jobs.registry import JobRun
from labeler.learning import loop
from labeler.learning.numeric.types import Array
from labeler.learning.soundness import without_broken
from labeler.projects.access import Project
from labeler.queue.rankings import put_in_force
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.service import newest_model
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData
from labeler.training.selection import picks

LARGE = 200_000  # items; smaller pools are scored as a whole in about the time that candidates would take
UNCERTAIN = 20_000
SAMPLED = 10_000


def ahead_of(run: JobRun, project: Project, data: TrainingData) -> Callable[[Fitted], None] | None:
    """What a training does with a new model before it scores the whole pool; None in small pools."""
    if len(data.items) <= LARGE:
        return None

    def swap(fitted: Fitted) -> None:
        part = fitted.pool.part
        places = candidates(run, project, data) if part is None else part
        proba = np.zeros((len(data.items), len(fitted.model.classes)), dtype=np.float32)
        proba[places] = without_broken(loop.predict(fitted.pool, fitted.problem, fitted.learned, places))
        settings = fitted.problem.settings_of(fitted.model)
        picked = picks(run, project, replace(fitted, proba=proba, settings=settings), None, places)
        run.write(lambda tx: put_in_force(tx, project, picked.kind, None, picked.entries(tx)))

    return swap


def candidates(run: JobRun, project: Project, data: TrainingData) -> Array:
    """Positions that are scored first, rising: the least certain by the newest model, the labeled, a sample."""
    n = len(data.items)
    before = run.db.read(newest_model, project.id)
    number = 0 if before is None else before.number
    rng = np.random.default_rng([project.settings.seed, number])
    chosen = [np.flatnonzero(~data.unlabeled), rng.choice(n, min(n, SAMPLED), replace=False)]
    stored = None
    if before is not None:
        stored = load_predictions(folder_of(run.settings, project.id, before.number))
    if stored is not None:
        sure = data.problem.confidence(stored.proba)
        most = min(UNCERTAIN, len(sure) - 1)
        chosen.append(np.searchsorted(data.items, stored.items[np.argpartition(sure, most)[:most]]))
    return np.unique(np.concatenate(chosen))
