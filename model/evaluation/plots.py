"""Figures as SVG: points in, markup out.

A plot needs no style sheet and holds no script and no style attribute, so that it stands under a strict content
security policy. A page may colour the classes `plot-series-1` to `plot-series-5`; series differ by dash or marker as
well. With `standalone=True` a plot brings its own colours, dark and light, for a file that is shown as a picture.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from model.evaluation.svg import (
    AXIS,
    SIDE,
    TOP,
    Area,
    axes,
    bars,
    dash_of,
    diagonal,
    drawing,
    legend,
    line,
    line_sign,
    marker,
    number,
    series,
    stroke,
    text,
)

Points = Sequence[Sequence[float]]
"""Pairs or triples in [0, 1]."""

_READ_OFF = (0.8, 0.9, 0.95)
"""Specificities that a ROC curve's text alternative names."""


def roc_plot(
    curves: Mapping[str, Points],
    *,
    bands: Mapping[str, Points] | None = None,
    points: Mapping[str, Sequence[float]] | None = None,
    title: str = "ROC curve",
    name: str = "roc",
    standalone: bool = False,
) -> str:
    """Draw ROC curves.

    Args:
        curves: Label to pairs of 1 - specificity and sensitivity, rising.
        bands: Label of a curve to triples of 1 - specificity, lowest and highest sensitivity.
        points: Label of an operating point to its 1 - specificity and sensitivity.
        name: Begins the ids in the drawing; different for each plot of a page.
    """
    area = Area(top=TOP, height=SIDE)
    parts = [axes(area, x_name="1 − specificity", y_name="Sensitivity"), diagonal(area)]
    rows = []
    for index, (label, curve) in enumerate(curves.items()):
        through = [(0.0, 0.0), *((x, y) for x, y in curve), (1.0, 1.0)]
        parts.append(
            series(index, _band(area, (bands or {}).get(label, ())) + line(area, through, dash=dash_of(index)))
        )
        rows.append((series(index, line_sign(dash_of(index))), label))
    for index, (label, (x, y)) in enumerate((points or {}).items()):
        parts.append(marker(index, area.x(x), area.y(y)))
        rows.append((marker(index, 15, 0), label))
    below, bottom = legend(rows, area.bottom + AXIS)
    said = " ".join(_curve_text(label, curve) for label, curve in curves.items())
    description = f"Sensitivity against 1 − specificity. {said}"
    return drawing([*parts, below], bottom, title=title, description=description, name=name, standalone=standalone)


def reliability_plot(
    bins: Sequence[Mapping[str, Any]],
    *,
    n_bins: int = 10,
    title: str = "Reliability",
    name: str = "reliability",
    standalone: bool = False,
) -> str:
    """Draw what share came true against what was predicted, and below it how many radiographs each bin holds.

    Args:
        bins: Lower edge `from`, `predicted` and `observed` shares and `n` of each bin that holds any; `low` and `high`
            are the interval of the observed share, `None` where it has none.
        n_bins: Equally wide bins that [0, 1] was cut into.
        name: See `roc_plot`.
    """
    area = Area(top=TOP, height=SIDE)
    below = Area(top=area.bottom + 18, height=64)
    counts = [0.0] * n_bins
    for one in bins:
        counts[round(one["from"] * n_bins)] = one["n"]
    most = max(1.0, *counts)
    observed = line(area, [(one["predicted"], one["observed"]) for one in bins])
    parts = [
        axes(area, y_name="Share that was COVID-19", x_numbers=False),
        diagonal(area),
        series(0, observed + "".join(_reliability_point(area, one) for one in bins)),
        axes(below, x_name="Predicted P(covid-19)", y_numbers=False),
        series(0, bars(below, [count / most for count in counts])),
        text(below.left - 8, below.top + 10, f"{most:.0f}", anchor="end"),
        text(below.left - 8, below.bottom, "0", anchor="end"),
    ]
    said = " ".join(f"{one['predicted']:.2f}: {one['observed']:.2f} of {one['n']:.0f}." for one in bins)
    return drawing(
        parts,
        below.bottom + AXIS,
        title=title,
        description=f"Share that was COVID-19 against the mean prediction of each bin. {said}",
        name=name,
        standalone=standalone,
    )


def histogram_plot(
    counts: Mapping[str, Sequence[int]],
    *,
    thresholds: Mapping[str, float] | None = None,
    title: str = "Scores by truth",
    name: str = "histogram",
    standalone: bool = False,
) -> str:
    """Draw how the scores of each truth lie in [0, 1], one row a truth, each against its own highest bar.

    Args:
        counts: Truth to the radiographs in equally wide bins; at least one truth.
        thresholds: Label of an operating point to its threshold.
        name: See `roc_plot`.
    """
    height, gap = 104.0, 18.0
    areas = [Area(top=TOP + index * (height + gap), height=height) for index in range(len(counts))]
    bottom = areas[-1].bottom
    parts, rows = [], []
    for index, (area, (label, of_bins)) in enumerate(zip(areas, counts.items(), strict=True)):
        is_last = area is areas[-1]
        most = max(1, *of_bins) / 0.8  # leaves room for the label
        parts.append(axes(area, x_name="P(covid-19)" if is_last else "", x_numbers=is_last, y_numbers=False))
        parts.append(series(index, bars(area, [n / most for n in of_bins])))
        parts.append(text(area.right - 6, area.top + 14, f"{label}, n = {sum(of_bins)}", anchor="end"))
    for index, (label, threshold) in enumerate((thresholds or {}).items()):
        path = f"M{number(areas[0].x(threshold))} {number(TOP)}V{number(bottom)}"
        parts.append(stroke(path, width=1.5, dash=dash_of(index)))
        rows.append((line_sign(dash_of(index)), label))
    below, bottom = legend(rows, bottom + AXIS)
    said = " ".join(f"{label}: {', '.join(map(str, of_bins))}." for label, of_bins in counts.items())
    description = f"Radiographs by P(covid-19), in equal steps from 0 to 1. {said}"
    return drawing([*parts, below], bottom, title=title, description=description, name=name, standalone=standalone)


def interval_bar(value: float, low: float | None, high: float | None, *, reference: float | None = None) -> str:
    """Draw a share with its interval on [0, 1], for a cell of a table beside the numbers.

    Args:
        low, high: `None` where there is no interval: the share alone is drawn.
        reference: Marked as a line, such as what the card promises.
    """
    area = Area(top=1, height=14, left=6, right=114)
    middle = number(area.y(0.5))
    interval = ""
    if low is not None and high is not None:
        interval = stroke(f"M{number(area.x(low))} {middle}H{number(area.x(high))}", width=5, opacity=0.45)
    promise = "" if reference is None else stroke(f"M{number(area.x(reference))} 1V15", width=2, dash="3 2")
    return (
        '<svg class="plot-interval" viewBox="0 0 120 16" width="120" height="16" aria-hidden="true" '
        f'xmlns="http://www.w3.org/2000/svg">{stroke(f"M6 {middle}H114", opacity=0.25)}{promise}'
        f'{interval}<circle cx="{number(area.x(value))}" cy="{middle}" r="3" fill="currentColor"/></svg>'
    )


def _band(area: Area, band: Points) -> str:
    upper = [f"{number(area.x(x))} {number(area.y(high))}" for x, _, high in band]
    lower = [f"{number(area.x(x))} {number(area.y(low))}" for x, low, _ in reversed(band)]
    outline = "L".join(upper + lower)
    return f'<path d="M{outline}Z" fill="currentColor" fill-opacity="0.16"/>' if outline else ""


def _reliability_point(area: Area, one: Mapping[str, Any]) -> str:
    x = area.x(one["predicted"])
    whisker = ""
    if one["low"] is not None:
        low, high, left = number(area.y(one["low"])), number(area.y(one["high"])), number(x - 4)
        whisker = stroke(f"M{number(x)} {low}V{high}M{left} {low}h8M{left} {high}h8", width=1.5, opacity=0.75)
    return f'{whisker}<circle cx="{number(x)}" cy="{number(area.y(one["observed"]))}" r="4.5" fill="currentColor"/>'


def _curve_text(label: str, curve: Points) -> str:
    """Read a curve off at usual specificities."""
    read = []
    for specificity in _READ_OFF:
        reached = max((y for x, y in curve if x <= 1 - specificity + 1e-9), default=0.0)
        read.append(f"{reached:.2f} at specificity {specificity:g}")
    return f"{label}: sensitivity {', '.join(read)}."
