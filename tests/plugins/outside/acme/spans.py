"""A task type with labels at places in a text, and the problem that learns which labels a text holds."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from numpy.random import Generator

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.metrics import metric
from labeler.learning.problems import Targets, problem
from labeler.learning.problems.multilabel import Multilabel
from labeler.tasks import InvalidValue, TaskType, task
from labeler.tasks.labels import LabelsSchema, check_label


class SpansSchema(LabelsSchema):
    type: Literal["acme_spans"] = "acme_spans"


@task("acme_spans")
class Spans(TaskType[SpansSchema]):
    """Labels at places in the text."""

    schema = SpansSchema
    problem = "acme_labels_in_spans"
    reads_content = True
    contents = frozenset({"text"})

    def validate(self, value: Any, schema: SpansSchema, content: Mapping[str, Any] | None) -> list[list[Any]]:
        if not isinstance(value, list):
            raise InvalidValue('"label" must be a list of [start, end, label]')
        found = []
        for span in value:
            if not (isinstance(span, list) and len(span) == 3 and all(type(place) is int for place in span[:2])):
                raise InvalidValue('"label" must be a list of [start, end, label]')
            start, end, name = span
            if not 0 <= start < end or (content is not None and end > len(content["text"])):
                raise InvalidValue(f'"label" holds the span {start} to {end}, which is not in the text')
            found.append([start, end, check_label(name, schema.label_names)])
        return sorted(found)

    def labels_in(self, value: Any) -> list[str]:
        return sorted({name for _, _, name in value})

    def translate(self, value: Any, mapping: Mapping[str, str | None]) -> Any:
        moved = [[start, end, mapping.get(name, name)] for start, end, name in value]
        return [span for span in moved if span[2] is not None]


@problem("acme_labels_in_spans")
class LabelsInSpans(Multilabel):
    """Which labels a text holds; where they are is not learned."""

    def encode(self, values: Sequence[Any]) -> Targets:
        return super().encode([_names(value) for value in values])

    def evaluate(self, values: Any, proba: Any, classes: Any, settings: Any, seed: int) -> Any:
        report = super().evaluate([_names(value) for value in values], proba, classes, settings, seed)
        metrics = {"acme_found": report.metrics["micro_f1"], **report.metrics}
        return dataclasses.replace(report, primary="acme_found", metrics=metrics)

    def baselines(self, contents: Any, values: Any, held_contents: Any, held_values: Any, seed: int) -> Any:
        return {}


@metric("acme_found", problem="acme_labels_in_spans", title="Labels found", primary=True)
def found(judged: Any, rng: Generator) -> Estimate:
    """F1 of the labels that are somewhere in the text."""
    return Estimate.nothing()


def _names(value: Any) -> list[str]:
    return sorted({span[2] for span in value})
