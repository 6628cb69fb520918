"""Rows of a labeling tool that writes verdicts, by the initials of who gave them."""

from collections.abc import Sequence

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools import Meaning, Values, tool


@tool("acme_verdicts", title="Acme Verdicts")
def verdicts(rows: Sequence[Values]) -> Meaning | None:
    if not all("acme_verdicts" in row for row in rows):
        return None
    return Meaning(_row, {"key": "number", "label": "verdict"}, ("who gave a verdict is known by initials",))


def _row(values: Values) -> Values:
    parts = [one.split(":") for one in str(values["acme_verdicts"]).split()]
    if any(len(part) != 2 for part in parts):
        raise ValueError('"acme_verdicts" must be initials and a verdict, such as "ab:spam"')
    rest = {name: value for name, value in values.items() if name != "acme_verdicts"}
    return rest | {"verdict": Given(GivenLabel(said, who) for who, said in parts)}
