"""Plots as SVG: where points land, what a screen reader hears, and that nothing in them needs a style sheet."""

import re
from xml.etree import ElementTree

import pytest

from model.evaluation.plots import histogram_plot, interval_bar, reliability_plot, roc_plot
from model.evaluation.svg import LEFT, SIDE, TOP, dash_of

SVG = "{http://www.w3.org/2000/svg}"
CURVE = [(0.0, 0.5), (0.1, 0.8), (1.0, 1.0)]
BINS = [
    {"from": 0.2, "predicted": 0.25, "observed": 0.5, "low": 0.25, "high": 0.75, "n": 8},
    {"from": 0.9, "predicted": 0.95, "observed": 1.0, "low": 0.75, "high": 1.0, "n": 4},
]
PLOTS = {
    "roc": roc_plot(
        {"a & <b>": CURVE}, bands={"a & <b>": [(0, 0.4, 0.6), (1, 0.9, 1)]}, points={"in force": (0.1, 0.8)}
    ),
    "reliability": reliability_plot(BINS),
    "histogram": histogram_plot({"normal": [8, 2], "covid-19": [0, 4]}, thresholds={"balanced": 0.25}),
    "standalone": roc_plot({"a": CURVE}, standalone=True),
    "nothing": reliability_plot([]),
}


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_says_what_it_shows(name: str) -> None:
    root = parse(PLOTS[name])

    ids = root.attrib["aria-labelledby"].split()
    title, description = root[0], root[1]
    assert root.attrib["role"] == "img"
    assert [title.attrib["id"], description.attrib["id"]] == ids
    assert title.text
    assert len(description.text or "") > 20


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_stands_under_a_strict_policy(name: str) -> None:
    """No style attribute, script, link or handler; a file's own colours are the one style element."""
    root = parse(PLOTS[name])
    attributes = {key for element in root.iter() for key in element.attrib}
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}

    assert {key for key in attributes if key == "style" or key.startswith("on") or "href" in key} == set()
    assert tags <= {"svg", "title", "desc", "g", "path", "circle", "rect", "text", "style"}
    assert ("style" in tags) == (name == "standalone")


@pytest.mark.parametrize("name", PLOTS)
def test_everything_is_drawn_in_the_colour_of_the_page(name: str) -> None:
    paints = {
        element.attrib[key]
        for element in parse(PLOTS[name]).iter()
        for key in ("fill", "stroke")
        if key in element.attrib
    }

    assert paints <= {"currentColor", "none"}


def test_a_standalone_plot_is_readable_dark_and_light() -> None:
    style = next(parse(PLOTS["standalone"]).iter(f"{SVG}style")).text or ""

    assert "prefers-color-scheme: dark" in style
    assert {"width", "height"} <= set(parse(PLOTS["standalone"]).attrib)
    assert "width" not in parse(PLOTS["roc"]).attrib


def test_a_curve_goes_from_corner_to_corner_through_its_points() -> None:
    """(0.1, 0.8) lies a tenth from the left and a fifth from the top."""
    places = [(0, 1), (0, 0.5), (0.1, 0.2), (1, 0)]  # across, down
    path = "M" + "L".join(f"{LEFT + across * SIDE:g} {TOP + down * SIDE:g}" for across, down in places)

    drawn = [element.attrib["d"] for element in parse(PLOTS["roc"]).iter(f"{SVG}path")]

    assert any(d.startswith(path) for d in drawn)


def test_an_operating_point_lies_on_its_place() -> None:
    place = f"translate({LEFT + SIDE / 10:g} {TOP + SIDE / 5:g})"

    assert place in {element.attrib.get("transform") for element in parse(PLOTS["roc"]).iter(f"{SVG}g")}
    assert "in force" in texts(PLOTS["roc"])


def test_labels_are_escaped() -> None:
    assert "a & <b>" in texts(PLOTS["roc"])
    assert "<b>" not in PLOTS["roc"]


def test_a_curve_is_read_off_for_those_who_do_not_see_it() -> None:
    description = parse(PLOTS["roc"])[1].text or ""

    assert "0.80 at specificity 0.9" in description
    assert "0.50 at specificity 0.95" in description


def test_a_reliability_point_carries_its_interval() -> None:
    circles = [(c.attrib["cx"], c.attrib["cy"]) for c in parse(PLOTS["reliability"]).iter(f"{SVG}circle")]
    whiskers = [e.attrib["d"] for e in parse(PLOTS["reliability"]).iter(f"{SVG}path") if "h8" in e.attrib["d"]]

    assert circles[0] == (f"{LEFT + SIDE / 4:g}", f"{TOP + SIDE / 2:g}")
    assert whiskers[0].startswith(f"M{LEFT + SIDE / 4:g} {TOP + 0.75 * SIDE:g}V{TOP + 0.25 * SIDE:g}")
    assert "h8" not in reliability_plot([BINS[0] | {"low": None, "high": None}])


def test_counts_stand_below_their_bin_and_the_highest_is_full() -> None:
    """Bins of a tenth: the third begins at 0.2 and, with 8 of at most 8, is twice as high as the tenth with 4."""
    bars = [
        {key: float(bar.attrib[key]) for key in ("x", "height")}
        for bar in parse(PLOTS["reliability"]).iter(f"{SVG}rect")
    ]

    assert [bar["x"] for bar in bars] == [pytest.approx(LEFT + 0.2 * SIDE + 1), pytest.approx(LEFT + 0.9 * SIDE + 1)]
    assert bars[0]["height"] == pytest.approx(2 * bars[1]["height"])


def test_a_histogram_has_a_row_a_truth_and_a_line_a_threshold() -> None:
    labels = texts(PLOTS["histogram"])
    lines = [e.attrib["d"] for e in parse(PLOTS["histogram"]).iter(f"{SVG}path")]

    assert {"normal, n = 10", "covid-19, n = 4", "balanced"} <= set(labels)
    assert any(line.startswith(f"M{LEFT + SIDE / 4:g} {TOP:g}V") for line in lines)


def test_series_differ_without_their_colour() -> None:
    assert len({dash_of(index) for index in range(5)}) == 5
    assert len({(index % 5, dash_of(index)) for index in range(25)}) == 25


def test_an_interval_bar_marks_figure_interval_and_reference() -> None:
    """The unit is 108 wide from 6: 0.5 at 60, 0.25 at 33, 0.75 at 87, 1 at 114."""
    bar = interval_bar(0.5, 0.25, 0.75, reference=1.0)

    assert 'cx="60"' in bar
    assert "M33 8H87" in bar
    assert "M114 1V15" in bar
    assert parse(bar).attrib["aria-hidden"] == "true"
    assert "1V15" not in interval_bar(0.5, 0.25, 0.75)


def test_a_figure_without_an_interval_is_a_point_alone() -> None:
    bar = interval_bar(0.5, None, None)

    assert 'cx="60"' in bar
    assert "M33" not in bar
    assert parse(bar).find(f"{SVG}path[@stroke-width='5']") is None


def test_coordinates_are_short() -> None:
    assert (
        re.search(r"\d\.\d{2,}", re.sub(r'(stroke|fill)-[a-z]+="[^"]*"', "", PLOTS["roc"].split("</desc>")[1])) is None
    )
