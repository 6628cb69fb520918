"""Pictures of a report, as SVG that needs nothing else: colors are those of the page they stand in."""

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, LEFT, RIGHT, TOP, ROW, AXIS = 640, 200, 70, 10, 30, 34  # px
TICKS, MOST_DOTS = 6, 40

Row = tuple[str, float, float | None, float | None]
Line = tuple[str, Sequence[tuple[float, float]]]


def whiskers(rows: Sequence[Row], percent: bool) -> str:
    """A row each: name, value, and the ends of its interval."""
    ends = [end for _, *values in rows for end in values if end is not None]
    low, high = _room(min(ends), max(ends))
    height = TOP + ROW * len(rows) + AXIS

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    parts = _x_axis(low, high, x, TOP, height - AXIS, percent)
    for place, (name, value, least, most) in enumerate(rows):
        y = TOP + ROW * place + ROW / 2
        kind = "first" if place == 0 else "other"
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>')
        if least is not None and most is not None:
            parts.append(f'<line class="{kind}" x1="{x(least):.1f}" x2="{x(most):.1f}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="{kind}" cx="{x(value):.1f}" cy="{y}" r="5"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{y + 4:.1f}">{_written(value, percent)}</text>')
    said = "; ".join(f"{name}: {_written(value, percent)}" for name, value, *_ in rows)
    return _svg(height, parts, said)


def lines(drawn: Sequence[Line], percent_x: bool, percent_y: bool, x_title: str) -> str:
    """Lines over one axis, the first one in the color of the model; the others dashed. Each has a name."""
    points = [point for _, line in drawn for point in line]
    low_x, high_x = _room(min(x for x, _ in points), max(x for x, _ in points), 0)
    low, high = (0.0, 1.0) if percent_y else _room(min(y for _, y in points), max(y for _, y in points))
    height, left = 240, 60
    bottom = height - AXIS - 24

    def x(value: float) -> float:
        return left + (value - low_x) / (high_x - low_x) * (WIDTH - left - RIGHT)

    def y(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - TOP - 16)

    parts = _x_axis(low_x, high_x, x, TOP, bottom, percent_x)
    for tick in _ticks(low, high):
        parts.append(f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{_written(tick, percent_y)}</text>')
    for place, (name, line) in enumerate(drawn):
        kind = "first" if place == 0 else "other"
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line)
        parts.append(f'<polyline class="{kind}" points="{path}"/>')
        some = line if len(line) <= MOST_DOTS else ()
        parts += [f'<circle class="{kind}" cx="{x(a):.1f}" cy="{y(b):.1f}" r="3"/>' for a, b in some]
        dash = "—" if place == 0 else "- -"
        parts.append(f'<text x="{left + 150 * place}" y="{TOP + 2}">{dash} {escape(name)}</text>')
    parts.append(
        f'<text x="{(left + WIDTH - RIGHT) / 2}" y="{height - 4}" text-anchor="middle">{escape(x_title)}</text>'
    )
    return _svg(height, parts, ", ".join(name for name, _ in drawn))


def matrix(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """A confusion matrix as a table, darker where there are more."""
    most = max((count for row in counts for count in row), default=0) or 1
    head = "".join(f"<th>{escape(name)}</th>" for name in labels)
    rows = "".join(
        f"<tr><th>{escape(name)}</th>"
        + "".join(f'<td style="--share:{count / most:.3f}">{count:,}</td>' for count in row)
        + "</tr>"
        for name, row in zip(labels, counts, strict=True)
    )
    caption = "Rows: what people said. Columns: what the model said."
    return f'<table class="matrix"><tr><th></th>{head}</tr>{rows}</table><p class="soft">{caption}</p>'


def _svg(height: float, parts: Sequence[str], said: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said, quote=True)}">{"".join(parts)}</svg>'
    )


def _x_axis(
    low: float, high: float, x: Callable[[float], float], top: float, bottom: float, percent: bool
) -> list[str]:
    parts = []
    for tick in _ticks(low, high):
        at = f"{x(tick):.1f}"
        parts.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{top}" y2="{bottom}"/>')
        parts.append(f'<text x="{at}" y="{bottom + 18}" text-anchor="middle">{_written(tick, percent)}</text>')
    return parts


def _room(low: float, high: float, share: float = 0.08) -> tuple[float, float]:
    """A little more than what is drawn; never nothing."""
    more = share * (high - low) or (0.5 if high == low else 0.0)
    return low - more, high + more


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between the ends, about TICKS of them."""
    rough = (high - low) / (TICKS - 1)
    unit = 10 ** floor(log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough * (1 - 1e-9))
    return [step * n for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _written(value: float, percent: bool) -> str:
    if percent:
        return f"{100 * value:.1f}".removesuffix(".0") + "%"
    return f"{value:,.0f}" if abs(value) >= 20 or value == round(value) else f"{value:.2f}"
