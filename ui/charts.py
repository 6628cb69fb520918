"""The pictures, all in one style, each with its data to download. Altair comes with Streamlit; imported with the first
page that draws. None says anything by color alone: what is drawn twice is told apart by dashes, order and words."""

import re
from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from babel import Locale
from labeler_ui import theme
from labeler_ui.metrics import Metric, known
from labeler_ui.words import language, mark, number, t

from labeler.wire.datasets import LabelBalance
from labeler.wire.insight import CurvePoint, DayCount
from labeler.wire.quality import Figure

BAND = "#6366e8"
GRAY = "#8a93a8"
MOST_BARS = 21
AHEAD = 2  # times the labels of the newest model: as far as a curve's expected part is drawn
ROOM = 1.05  # of what is drawn: the axis goes on a little
LETTER = 8  # pixels, with room between names
LEAST_ROW = 14
TITLES = {
    "count": mark("labels"),
    "day": mark("day"),
    "high": mark("at most"),
    "items": mark("items"),
    "label": mark("label"),
    "labels": mark("labels"),
    "low": mark("at least"),
    "model": mark("model"),
    "number": mark("number"),
    "off by": mark("off by"),
    "people": mark("people"),
    "ratings": mark("ratings"),
    "share": mark("share"),
    "version": mark("version"),
}
FORMULA = tuple("'=+-@\t\r\n")


PADDING = {"left": 0, "top": 4, "right": 12, "bottom": 16}  # px: half of the last name of an axis is beyond its end


def show(chart: Any, alternative: str, data: pd.DataFrame) -> None:
    """A chart and a button for what it shows. Images are in the chart's own menu.

    alternative: what is read aloud; up to a colon it names the file, too."""
    name = re.sub(r"[^a-z0-9]+", "-", alternative.partition(":")[0].lower()).strip("-")
    with st.container(gap="small"):
        shown = chart.configure(locale=_locale(language())).properties(padding=PADDING)
        st.altair_chart(shown, width="stretch", alt=alternative)
        st.download_button(
            t("Download data (CSV)"),
            csv(data),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"csv-{alternative}",
        )


def _tip(field: str, kind: str = "N", **options: Any) -> alt.Tooltip:
    """What a pointer is told of a field, under its title in the viewer's language."""
    return alt.Tooltip(
        f"{field}:{'Q' if kind == 'N' and 'format' in options else kind}", title=t(TITLES[field]), **options
    )


def names_axis(**options: Any) -> alt.Axis:
    """An axis that names every place: Streamlit's own leaves out names that it takes to be crowded."""
    return alt.Axis(**{"labelOverlap": False, "labelLimit": 130, "ticks": False, "domain": False, **options})


def _angle(names: Sequence[str]) -> alt.ExprRef:
    """Names side by side are level where the chart is wide enough, else they lean, or stand."""
    level = len(names) * (LETTER * max(map(len, names), default=0) + LETTER)
    return alt.ExprRef(expr=f"width < {20 * len(names)} ? -90 : width < {level} ? -45 : 0")


@cache
def _locale(tag: str) -> alt.Locale:
    """Numbers and dates in charts as the language writes them."""
    known = Locale.parse(tag, sep="-")
    symbols = known.number_symbols["latn"]
    months, days = known.months["format"], known.days["format"]
    return alt.Locale(
        number=alt.NumberLocale(
            decimal=symbols["decimal"],
            thousands=symbols["group"],
            grouping=[3],
            currency=["", ""],
            percent=str(known.percent_formats[None].pattern).rpartition("0")[2],
        ),
        time=alt.TimeLocale(
            dateTime="%x, %X",
            date="%-d.%-m.%Y" if tag == "de" else "%b %-d, %Y",
            time="%H:%M",
            periods=["AM", "PM"],
            days=[days["wide"][(n + 6) % 7] for n in range(7)],
            shortDays=[days["abbreviated"][(n + 6) % 7] for n in range(7)],
            months=[months["wide"][n] for n in range(1, 13)],
            shortMonths=[months["abbreviated"][n] for n in range(1, 13)],
        ),
    )


def csv(data: pd.DataFrame) -> bytes:
    """A chart's data, as spreadsheets open it: no cell is taken for a formula."""
    texts = {
        name: column.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA else cell)
        for name, column in data.items()
        if not pd.api.types.is_numeric_dtype(column)
    }
    return data.assign(**{str(name): column for name, column in texts.items()}).to_csv(index=False).encode("utf-8-sig")


def learning_curve(
    points: Sequence[CurvePoint], metric: Metric, forecast: Sequence[dict[str, Any]] = (), most: int = 0
) -> None:
    """Holdout score of each model by the labels it learned from, with interval and baseline.

    forecast: where the metric's curve leads, drawn dotted. most: items that can be learned from; the axis goes no
    further. The baseline is the newest model's, as one
    level: on the few holdout items of the first models it jumps.
    """
    rows = [
        {
            "labels": point.trained_on,
            "model": t("model {model}", model=point.model),
            **{k: point.metrics[metric.name].get(k) for k in ("value", "low", "high")},
        }
        for point in points
        if known(point.metrics.get(metric.name))
    ]
    latest = max(one["labels"] for one in rows)
    forecast = [one for one in forecast if one["labels"] <= AHEAD * latest]  # what was measured has most of the room
    drawn = max(one["labels"] for one in [*rows, *forecast])
    x = alt.X(
        "labels:Q",
        title=t("labels learned from"),
        axis=alt.Axis(format=",d", tickMinStep=1, tickCount=8, grid=False, labelBound=True),
        scale=alt.Scale(domain=[0, drawn if drawn >= most else min(most, ceil(ROOM * drawn))], nice=False),
    )
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=metric.axis), scale=alt.Scale(zero=False, nice=True))
    frame = pd.DataFrame(rows)
    base = alt.Chart(frame)
    layers = [
        base.mark_area(opacity=0.16, color=BAND).encode(x, alt.Y("low:Q"), alt.Y2("high:Q")),
        base.mark_line(color=BAND, strokeWidth=2.5).encode(x, y),
        base.mark_point(color=BAND, filled=True, size=60, opacity=1).encode(
            x, y, tooltip=[_tip("model"), *_tips(metric, t("holdout"))]
        ),
    ]
    if forecast:
        layers += _forecast(forecast, metric, x)
    baseline = points[-1].baseline.get(metric.name)
    if baseline and known(baseline):
        level = alt.Chart(pd.DataFrame([{"baseline": baseline["value"]}]))
        tip = alt.Tooltip("baseline:Q", format=metric.precise, title=t("always the most common answer"))
        layers.append(level.mark_rule(color=GRAY, strokeDash=[5, 4]).encode(alt.Y("baseline:Q"), tooltip=[tip]))
    data = pd.concat([frame, pd.DataFrame(forecast).assign(model="forecast")]) if forecast else frame
    alternative = t("Learning curve: {title} on the holdout against labels", title=metric.title)
    show(alt.layer(*layers).properties(height=290), alternative, data)


def _tips(metric: Metric, title: str) -> list[alt.Tooltip]:
    return [
        _tip("labels", format=","),
        alt.Tooltip("value:Q", format=metric.precise, title=title),
        _tip("low", format=metric.precise),
        _tip("high", format=metric.precise),
    ]


def _forecast(forecast: Sequence[dict[str, Any]], metric: Metric, x: alt.X) -> list[alt.Chart]:
    base = alt.Chart(pd.DataFrame(forecast))
    tips = _tips(metric, t("expected"))
    return [
        base.mark_area(opacity=0.07, color=BAND).encode(x, alt.Y("low:Q"), alt.Y2("high:Q")),
        base.mark_line(color=BAND, strokeWidth=2, strokeDash=[2, 4]).encode(x, alt.Y("value:Q"), tooltip=tips),
    ]


def label_balance(counts: dict[str, int], labels: list[dict[str, Any]]) -> None:
    """How often each label was given."""
    colors = {one["name"]: theme.label_color(i, one.get("color")) for i, one in enumerate(labels)}
    rows = [{"label": name, "count": counts.get(name, 0), "color": colors[name]} for name in colors]
    rows += [{"label": n, "count": c, "color": GRAY} for n, c in counts.items() if n not in colors]
    total = sum(row["count"] for row in rows) or 1
    frame = pd.DataFrame(rows).assign(share=lambda f: f["count"] / total)
    order = [row["label"] for row in sorted(rows, key=lambda row: -row["count"])]
    base = alt.Chart(frame).encode(alt.Y("label:N", sort=order, title=None, axis=names_axis(labelLimit=180)))
    bars = base.mark_bar(cornerRadiusEnd=4, height=16).encode(
        alt.X("count:Q", title=None, axis=None),
        alt.Color("color:N", scale=None),
        tooltip=[_tip("label"), _tip("count", format=","), _tip("share", format=".1%")],
    )
    words = base.mark_text(align="left", dx=6, color=GRAY).encode(alt.X("count:Q"), alt.Text("count:Q", format=","))
    show((bars + words).properties(height=max(70, 30 * len(rows))), t("Items by label"), frame.drop(columns="color"))


def rating_counts(counts: dict[str, int], levels: list[tuple[str, str]]) -> None:
    """How often each number of a scale was given, in the scale's order. levels: (number, number with its name)."""
    named = dict(levels)
    rows = [(float(number), words, counts.get(number, 0)) for number, words in levels]
    rows += [(float(number), number, count) for number, count in counts.items() if number not in named]
    _histogram(rows, "number", "ratings", t("Ratings by number"))


def errors(rows: list[dict[str, Any]]) -> None:
    """How many holdout items the model rated how far from what people said. rows: {off, items}."""
    found = [(row["off"], _signed(row["off"]), row["items"]) for row in rows]
    _histogram(found, "off by", "items", t("Errors on the holdout"))


def shares(rows: Sequence[tuple[str, Figure]], alternative: str) -> None:
    """Shares with their 95 % intervals, each under its name, in the order given."""
    frame = pd.DataFrame(
        [{"label": name, "share": one.value, "low": one.low, "high": one.high} for name, one in rows],
    )
    names = list(dict.fromkeys(name for name, _ in rows))
    x = alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("label:N", title=None, sort=names, axis=names_axis(labelLimit=260))
    tips = [_tip("label"), *(_tip(name, format=".0%") for name in ("share", "low", "high"))]
    base = alt.Chart(frame)
    whole = base.mark_rule(color=BAND, strokeWidth=2).encode(alt.X("low:Q", title=None), y, x2="high:Q", tooltip=tips)
    point = base.mark_point(color=BAND, filled=True, size=70, opacity=1).encode(x, y, tooltip=tips)
    show((whole + point).properties(height=max(60, 34 * len(names) + 30)), alternative, frame)


def _signed(value: float) -> str:
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return sign + number(abs(value), len(f"{abs(value):g}".partition(".")[2]))


def _histogram(rows: list[tuple[float, str, int]], x: str, y: str, alternative: str) -> None:
    """A bar per number with its words below; more than fit are drawn in bins. rows: (number, words, count)."""
    frame = pd.DataFrame(rows, columns=["at", x, y])
    few = len(rows) <= MOST_BARS
    place = (
        alt.X(f"{x}:N", sort=list(frame[x]), title=None, axis=names_axis(labelAngle=_angle(list(frame[x]))))
        if few
        else alt.X("at:Q", bin=alt.Bin(maxbins=MOST_BARS), title=t(TITLES[x]))
    )
    height = alt.Y(f"{y}:Q" if few else f"sum({y}):Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1))
    base = alt.Chart(frame).encode(place, height)
    bars = base.mark_bar(cornerRadiusEnd=4, color=BAND).encode(
        tooltip=[_tip(x), _tip(y, format=",")] if few else [alt.Tooltip(f"sum({y}):Q", title=t(TITLES[y]), format=",")]
    )
    words = base.mark_text(dy=-8, color=GRAY).encode(alt.Text(f"{y}:Q", format=","))
    show((bars + words if few else bars).properties(height=220), alternative, frame.drop(columns="at"))


def per_day(days: list[DayCount]) -> None:
    """Labels given on each day (UTC), at least two weeks of them, the days without any too."""
    frame = pd.DataFrame([day.model_dump() for day in days])
    frame["day"] = pd.to_datetime(frame["day"])
    first, last = frame["day"].min(), frame["day"].max()
    span = pd.date_range(min(first, last - pd.Timedelta(days=13)), last, name="day")
    frame = frame.set_index("day").reindex(span, fill_value=0).reset_index()
    chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=3, color=BAND, width={"band": 0.8})
        .encode(
            alt.X(
                "yearmonthdate(day):O",
                title=None,
                axis=alt.Axis(
                    format="%-d. %b" if language() != "en" else "%b %-d", labelAngle=0, labelOverlap="greedy"
                ),
            ),
            alt.Y("labels:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)),
            tooltip=[_tip("day", "T", format="%x"), _tip("labels", format=",")],
        )
    )
    show(chart.properties(height=190), t("Labels per day"), frame.assign(day=frame["day"].dt.date))


def confusion(labels: list[str], matrix: list[list[int]]) -> None:
    """Rows: what people said. Columns: what the model said. Color: share of the row, beginning near the background."""
    mode = "dark" if st.context.theme.type == "dark" else "light"
    until, below, above = theme.ON_HEAT[mode]
    rows = []
    for i, truth in enumerate(labels):
        total = sum(matrix[i]) or 1
        rows += [
            {"people": truth, "model": said, "items": matrix[i][j], "share": matrix[i][j] / total}
            for j, said in enumerate(labels)
        ]
    frame, size = pd.DataFrame(rows), 14 if len(labels) < 8 else 10
    base = alt.Chart(frame).encode(
        alt.X(
            "model:N",
            sort=labels,
            title=t("the model said"),
            axis=names_axis(orient="top", labelAngle=_angle(labels), labelFontSize=size),
        ),
        alt.Y("people:N", sort=labels, title=t("people said"), axis=names_axis(labelFontSize=size)),
    )
    boxes = base.mark_rect(cornerRadius=3, stroke=None).encode(
        alt.Color("share:Q", scale=alt.Scale(range=theme.SEQUENTIAL[mode], domain=[0, 1]), legend=None),
        tooltip=[_tip("people"), _tip("model"), _tip("items", format=","), _tip("share", format=".0%")],
    )
    words = base.mark_text(fontSize=size, fontWeight=600).encode(
        alt.Text("items:Q"),
        color=alt.condition(alt.datum.share > until, alt.value(above), alt.value(below)),
    )
    rows_high = min(560, max(190, 70 * len(labels) if len(labels) < 6 else 46 * len(labels)))
    side = max(rows_high, LEAST_ROW * len(labels))
    show((boxes + words).properties(height=side), t("Confusion matrix on the holdout"), frame)


def two_versions(balance: Sequence[LabelBalance], a: str, b: str) -> None:
    """Label balance of two dataset versions, side by side."""
    rows = [
        {"label": one.label, "version": version, "items": items}
        for one in balance
        for version, items in ((a, one.a), (b, one.b))
    ]
    frame = pd.DataFrame(rows)
    base = alt.Chart(frame).encode(
        alt.Y("label:N", title=None, axis=names_axis(labelLimit=180)),
        alt.YOffset("version:N", sort=[a, b]),
        alt.X("items:Q", title=t("labeled items")),
    )
    bars = base.mark_bar(cornerRadiusEnd=4).encode(
        alt.Color(
            "version:N",
            sort=[a, b],
            scale=alt.Scale(domain=[a, b], range=[GRAY, BAND]),
            legend=alt.Legend(orient="top", title=None),
        ),
        tooltip=[_tip("label"), _tip("version"), _tip("items", format=",")],
    )
    words = base.transform_calculate(says="datum.version + ': ' + format(datum.items, ',')").mark_text(
        align="left", dx=6, color=GRAY
    )
    chart = (bars + words.encode(alt.Text("says:N"))).properties(height=130 + 48 * len(balance))
    show(chart, t("Label balance of {a} and {b}", a=a, b=b), frame)
