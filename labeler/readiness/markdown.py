"""The checklists as a page of Markdown, to keep or to send."""

from labeler.datasets.markdown import cell
from labeler.wire.readiness import LISTS, Readiness, ReadinessLine


def write(name: str, found: Readiness) -> str:
    """name: the project's."""
    about = "no model yet" if found.model is None else f"model {found.model}, {'live' if found.live else 'not live'}"
    parts = [
        f"# {cell(name)}: readiness for production",
        f"{about[0].upper()}{about[1:]}. Score: {found.score:g} of 7, the least of the four lists. {found.meaning}",
    ]
    parts += lists(found, "##")
    parts.append(
        "1 point: the service looks itself, or a program does; half a point: somebody did. After Breck et al. 2017, "
        "“The ML Test Score”."
    )
    return "\n\n".join(parts) + "\n"


def lists(found: Readiness, heading: str) -> list[str]:
    """Each list as a table under a heading of this level."""
    parts = []
    for one in LISTS:
        rows = [_row(line) for line in found.lines if line.list == one]
        head = "| | what | evidence | points |\n|---|---|---|---|"
        parts.append("\n".join([f"{heading} {one.capitalize()}: {found.points[one]:g} of {len(rows)}\n", head, *rows]))
    return parts


def _row(line: ReadinessLine) -> str:
    told = [line.evidence] if line.evidence else []
    if line.confirmed is not None:
        until = "was to be looked at again on" if line.confirmed.due else "to be looked at again on"
        by = line.confirmed.by or "somebody who has left"
        told.append(f"{by}, {line.confirmed.at:%Y-%m-%d}: {line.confirmed.reason} ({until} {line.confirmed.review_on})")
    return f"| {line.state} | {cell(line.title)} | {cell(' '.join(told))} | {line.points:g} |"
