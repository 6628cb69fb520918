"""Choice: the answer is exactly one of the project's labels."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from labeler.tasks.base import InvalidValue, TaskType, kind_of, task
from labeler.tasks.labels import LabelsSchema, check_label, listed, meant, spellings

_MOST_FOUND = 200


class ChoiceSchema(LabelsSchema):
    """The labels of which one is chosen."""

    type: Literal["choice"] = "choice"


@task("choice")
class Choice(TaskType[ChoiceSchema]):
    """Exactly one of the labels; also yes or no."""

    title = "One label"
    schema = ChoiceSchema
    problem = "classification"
    breadth = 1

    def validate(self, value: Any, schema: ChoiceSchema, content: Mapping[str, Any] | None) -> str:
        """The label's name. Raises InvalidValue when the value is none of the labels' names."""
        if not isinstance(value, str):
            raise InvalidValue(
                f'"label" is of type {kind_of(value)}, expected text: one of {listed(schema.label_names)}'
            )
        return check_label(value, schema.label_names)

    def parse(self, written: Any, schema: ChoiceSchema, content: Mapping[str, Any] | None) -> str | None:
        """As it is written, in any case; a list of one label is that label, an empty list is none."""
        if written == []:
            return None
        while isinstance(written, list) and len(written) == 1:
            written = written[0]
        if isinstance(written, list) and all(isinstance(one, str) for one in written):
            raise InvalidValue(f'"label" names {len(written)} labels ({listed(written)}), this project asks for one')
        if isinstance(written, int | float) and not isinstance(written, bool):
            written = str(int(written)) if float(written).is_integer() else str(written)
        return self.validate(
            meant(written, schema.label_names) if isinstance(written, str) else written, schema, content
        )

    def dump(self, value: Any) -> str:
        """The label's name itself."""
        return str(value)

    def load(self, text: str) -> str:
        return text

    def text(self, value: Any, schema: ChoiceSchema) -> str:
        return str(value)

    def labels_in(self, value: Any) -> list[str]:
        return [value]

    def values(self, schema: ChoiceSchema) -> list[str]:
        return schema.label_names

    def translate(self, value: Any, mapping: Mapping[str, str | None]) -> str | None:
        return mapping.get(value, value)

    def suggest(self, written: Sequence[Any]) -> dict[str, Any] | None:
        cells = [one[0] if isinstance(one, list) and len(one) == 1 else one for one in written]
        if any(isinstance(one, dict | list) for one in cells):
            return None
        found = [group[0] for group in spellings(cells)]
        return {"labels": [{"name": name} for name in found]} if 0 < len(found) <= _MOST_FOUND else None
