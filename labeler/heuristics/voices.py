"""Who speaks beside people: rules that count and pass, and language models that are weighed. What each may say is a
voice (`labeler.learning.heuristics.noisy_answers`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from scipy.sparse import csr_matrix
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.heuristics.changes import LLMS
from labeler.heuristics.gate import judged_by_people, why
from labeler.heuristics.running import at_work
from labeler.heuristics.tables import heuristic_hits
from labeler.kit.columns import among
from labeler.labels.tables import current_labels, labels
from labeler.learning.numeric.types import Array
from labeler.projects.access import BLINDLY, LLM, Project

RULE = "heuristic"


@dataclass(frozen=True)
class Voice:
    """source: the rule's id, or the language model's account."""

    kind: str
    source: int
    name: str
    value: str
    after: int = 0  # the label after which those of a language model count


def voices_of(tx: Connection, project: Project, said: dict[int, Any]) -> list[Voice]:
    """said: what people say. None where the project's answers are no single labels."""
    if project.task.level != "nominal":
        return []
    rules = [row for row in at_work(tx, project.id) if row.use == "count"]
    judged = judged_by_people(tx, project, rules, said)
    found = [Voice(RULE, row.id, row.name, row.value) for row in rules if why(project, judged[row.id])[0]]
    weighed = sa.select(LLMS.c.user_id, LLMS.c.revised_after, users.c.name).join(users, users.c.id == LLMS.c.user_id)
    mine = (LLMS.c.project_id == project.id, LLMS.c.use == "weigh")
    for row in tx.execute(weighed.where(*mine).order_by(LLMS.c.user_id)):
        found += [Voice(LLM, row.user_id, row.name, name, row.revised_after) for name in project.label_names]
    return found


def heard(
    tx: Connection, project: Project, voices: Sequence[Voice], ids: Sequence[int], *, to_measure: bool = False
) -> csr_matrix:
    """Which of them spoke of which of these items: 1, sparse (ids, voices). to_measure: also what a language model said
    of the share that people are asked for to measure it, which is no answer."""
    place = {item: number for number, item in enumerate(ids)}
    rules = {voice.source: number for number, voice in enumerate(voices) if voice.kind == RULE}
    models = {(voice.source, voice.value): number for number, voice in enumerate(voices) if voice.kind == LLM}
    after = {voice.source: voice.after for voice in voices if voice.kind == LLM}
    spoken: list[tuple[int, int]] = []
    listed = str(list(ids))
    if rules:
        hits = sa.select(heuristic_hits.c.item_id, heuristic_hits.c.heuristic_id)
        hits = hits.where(among(heuristic_hits.c.item_id, listed), heuristic_hits.c.heuristic_id.in_(list(rules)))
        spoken += [(place[item], rules[rule]) for item, rule in tx.execute(hits)]
    if models:
        given = sa.select(labels.c.id, labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)
        given = given.join(current_labels, current_labels.c.label_id == labels.c.id)
        given = given.where(among(current_labels.c.item_id, listed), current_labels.c.labeler_id.in_(list(after)))
        if not to_measure:
            given = given.where(labels.c.source != BLINDLY)
        for row in tx.execute(given):
            voice = models.get((row.labeler_id, project.read(row.value, row.schema_version)))
            if voice is not None and row.id > after[row.labeler_id]:
                spoken.append((place[row.item_id], voice))
    at = np.array(spoken, dtype=np.int64).reshape(-1, 2)
    return csr_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(ids), len(voices)))


def numbers(project: Project, values: Sequence[Any]) -> Array:
    """The labels' numbers in the schema."""
    place = {name: number for number, name in enumerate(project.label_names)}
    return np.array([place[value] for value in values], dtype=np.int64)
