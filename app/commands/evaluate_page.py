"""A site's report as one HTML page: no script, nothing fetched, readable dark, light and on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from model.evaluation.acceptance import FEW_PATIENTS
from model.evaluation.evidence.parts import NO_INTERVAL, interval_text
from model.evaluation.plots import histogram_plot, interval_bar, reliability_plot, roc_plot
from model.findings import OUTPUTS, Finding

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

FIGURES = {
    "auroc": "AUC, COVID-19 against normal",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "read": "Share of the radiographs that was read",
}
"""Names of what can be required."""

TRUTHS = {"normal": "normal", "covid-19": "COVID-19", "other": "other abnormality"}
"""What a truth or finding is called."""

NOT_COMPUTABLE = "not computable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure as the page shows it.

    Attributes:
        text: The figure, or that it cannot be computed.
        interval: Its 95 % interval, or that it has none; empty where there is no figure, or nothing to say.
        bar: Both as a drawing (SVG); empty where there is no figure.
        n: Radiographs behind it.
    """

    text: str
    interval: str
    bar: str
    n: int

    @property
    def is_computed(self) -> bool:
        """Whether there is a figure at all."""
        return self.text != NOT_COMPUTABLE

    @property
    def has_interval(self) -> bool:
        """Whether `interval` is one."""
        return self.interval not in ("", NO_INTERVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRow:
    """A requirement of the site; `verdict` says in words how it ended."""

    name: str
    least: str
    reached: Shown
    passed: bool
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """An operating point: what was measured here, and beside it what the card says; `differences` compares the two."""

    name: str
    threshold: str
    in_force: bool
    set: str
    sensitivity: Shown
    specificity: Shown
    precision: Shown
    negative_predictive_value: Shown
    f1: Shown
    card_sensitivity: str
    card_specificity: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """What became of the radiographs of one truth; `findings` counts readings in the order of the page's columns."""

    truth: str
    listed: int
    read: int
    refused: int
    failed: int
    findings: tuple[int, ...]
    flagged: Shown
    indeterminate: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One value of a group; `counts` in the order of the outputs."""

    value: str
    counts: tuple[int, ...]
    auroc: Shown
    sensitivity: Shown
    specificity: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledRow:
    """The share called COVID-19 of one hospital and truth."""

    hospital: str
    truth: str
    called: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRow:
    """One point of the ROC curve, with the interval of its sensitivity."""

    x: str
    sensitivity: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPage:
    """Everything the page shows.

    Attributes:
        report: The report itself, for plain values.
        passed: `None` where the site required nothing.
        judged_by: What of a figure the requirements are held against; empty where there are none.
        point: The operating point in force.
        roc, reliability, histogram: Drawings (SVG).
        curve: Points of the ROC curve, read off.
        findings: Names of the columns of `truths`.
        groups: Tables by name of the group.
    """

    report: Mapping[str, Any]
    passed: bool | None
    requirements: tuple[RequirementRow, ...]
    judged_by: str
    against_normal: Shown
    against_other: Shown
    read: Shown
    point: PointRow
    points: tuple[PointRow, ...]
    decided_sensitivity: Shown
    decided_specificity: Shown
    roc: str
    reliability: str
    histogram: str
    curve: tuple[CurveRow, ...]
    findings: tuple[str, ...]
    truths: tuple[TruthRow, ...]
    groups: Mapping[str, tuple[GroupRow, ...]]
    called: tuple[CalledRow, ...]


def evaluation_html(report: Mapping[str, Any]) -> str:
    """Write a report as a page that needs no other file."""
    page = evaluation_page(report)
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    return make_environment().get_template("evaluation/report.html").render(values)


def make_environment() -> Environment:
    """Build the Jinja environment of reports: everything escaped, nothing undefined, and no web behind it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["truth_name"] = truth_name
    environment.filters["interval_text"] = interval_text
    return environment


def evaluation_page(report: Mapping[str, Any]) -> EvaluationPage:
    """Gather what the page shows."""
    discrimination, calibration = report["discrimination"], report["calibration"]
    decided, acceptance = report["indeterminate"]["decided"], report["acceptance"]
    points = tuple(_point(point) for point in report["operating_points"])
    in_force = next(point for point in report["operating_points"] if point["in_force"])
    read, listed = report["counts"]["all"]["read"], report["counts"]["all"]["listed"]
    return EvaluationPage(
        report=report,
        passed=acceptance and acceptance["passed"],
        requirements=tuple(_requirement(one, acceptance) for one in acceptance["requirements"]) if acceptance else (),
        judged_by=_judged_by(acceptance) if acceptance else "",
        against_normal=shown(discrimination["covid_19_against_normal"], percent=False),
        against_other=shown(discrimination["covid_19_against_other"], percent=False),
        read=Shown(text=_share(read / listed), interval="", bar="", n=listed),
        point=next(point for point in points if point.in_force),
        points=points,
        decided_sensitivity=shown(decided["sensitivity"]),
        decided_specificity=shown(decided["specificity"]),
        roc=_roc(report),
        reliability=reliability_plot(calibration["bins"]),
        histogram=histogram_plot(
            {truth_name(truth): counts for truth, counts in calibration["histograms"].items()},
            thresholds={f"{one['name']}, from {one['threshold']:.3f}": one["threshold"] for one in _points(report)},
        ),
        curve=_curve(discrimination["roc_curve"], discrimination["roc_band"]),
        findings=tuple(truth_name(finding) for finding in Finding),
        truths=tuple(_truth(report, str(truth)) for truth in OUTPUTS),
        groups={name: tuple(_group(*one) for one in of.items()) for name, of in report["subgroups"].items()},
        called=tuple(_called(key, figures) for key, figures in in_force["called_by_hospital"].items()),
    )


def shown(figure: Mapping[str, Any], *, percent: bool = True, reference: float | None = None) -> Shown:
    """Write a figure with its interval: a share in per cent, anything else with three decimals.

    Args:
        reference: Marked in the drawing.
    """
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None:
        return Shown(text=NOT_COMPUTABLE, interval="", bar="", n=figure["n"])
    return Shown(
        text=_share(value) if percent else f"{value:.3f}",
        interval=f"{100 * low:.1f}–{100 * high:.1f}" if percent and low is not None else interval_text(figure),
        bar=interval_bar(value, low, high, reference=reference),
        n=figure["n"],
    )


def truth_name(value: str) -> str:
    """Return what a truth or finding is called on the page."""
    return TRUTHS.get(str(value), str(value))


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _points(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The operating points by threshold, as they lie on a curve."""
    return sorted(report["operating_points"], key=lambda point: float(point["threshold"]))


def _roc(report: Mapping[str, Any]) -> str:
    discrimination = report["discrimination"]
    label = f"COVID-19 against normal{', with its 95 % interval' if discrimination['roc_band'] else ''}"
    marks = {
        f"{point['name']}, from {point['threshold']:.3f}": (1 - specificity, sensitivity)
        for point in _points(report)
        if (specificity := point["measured"]["specificity"]["value"]) is not None
        and (sensitivity := point["measured"]["sensitivity"]["value"]) is not None
    }
    if not discrimination["roc_curve"]:
        return ""
    return roc_plot({label: discrimination["roc_curve"]}, bands={label: discrimination["roc_band"]}, points=marks)


def _curve(curve: Sequence[Sequence[float]], band: Sequence[Sequence[float]]) -> tuple[CurveRow, ...]:
    """Every fifth point; without enough patients there is no band."""
    bounds: list[dict[str, float | None]] = [{"low": low, "high": high} for _, low, high in band] or [
        {"low": None}
    ] * len(curve)
    return tuple(
        CurveRow(x=f"{x:.2f}", sensitivity=f"{sensitivity:.3f}", interval=interval_text(own))
        for (x, sensitivity), own in list(zip(curve, bounds, strict=True))[::5]
    )


def _judged_by(acceptance: Mapping[str, Any]) -> str:
    if acceptance["by_interval"]:
        return f"the lower end of the 95 % interval, of at least {FEW_PATIENTS} patients of each class"
    return "the figure itself; the interval stands beside it"


def _requirement(one: Mapping[str, Any], acceptance: Mapping[str, Any]) -> RequirementRow:
    figure, reached = one["figure"], one["reached"]
    where = f" at {acceptance['operating_point']}" if figure in ("sensitivity", "specificity") else ""
    percent = figure != "auroc"
    return RequirementRow(
        name=FIGURES[figure] + where,
        least=_share(one["least"]) if percent else f"{one['least']:.3f}",
        reached=shown(reached, percent=percent, reference=one["least"]),
        passed=one["passed"],
        verdict=verdict_text(one, by_interval=acceptance["by_interval"]),
    )


def verdict_text(one: Mapping[str, Any], *, by_interval: bool) -> str:
    """Say how a requirement of the report ended, and why."""
    few = f"it rests on few patients ({one['n_patients']}, fewer than {FEW_PATIENTS})"
    if one["reached"]["value"] is None:
        return "not passed: it cannot be computed"
    if one["sure"]:
        return "passed, with its whole interval"
    if one["reached"]["value"] < one["least"]:
        return f"not passed, and {few}" if one["few"] else "not passed"
    reason = few if one["few"] else "its interval reaches below"
    return f"not passed: {reason}" if by_interval else f"passed, though {reason}"


def _point(point: Mapping[str, Any]) -> PointRow:
    measured, card = point["measured"], point["card"]
    return PointRow(
        name=point["name"],
        threshold=f"{point['threshold']:.3f}",
        in_force=point["in_force"],
        set=card["set"],
        sensitivity=shown(measured["sensitivity"], reference=card["sensitivity"]["value"]),
        specificity=shown(measured["specificity"], reference=card["specificity"]["value"]),
        precision=shown(measured["precision"]),
        negative_predictive_value=shown(measured["negative_predictive_value"]),
        f1=shown(measured["f1"], percent=False),
        card_sensitivity=_share(card["sensitivity"]["value"]),
        card_specificity=_share(card["specificity"]["value"]),
        differences=tuple(
            _difference(name, measured[name], card[name]["value"]) for name in ("sensitivity", "specificity")
        ),
    )


def _difference(name: str, measured: Mapping[str, Any], promised: float) -> str:
    """Say whether a figure measured here differs from the card's, as far as its interval can tell."""
    title = FIGURES[name]
    if measured["low"] is None:
        return f"{title}: too few patients to compare it with the card's."
    if measured["high"] < promised:
        return f"{title} is lower than the card's {_share(promised)}: its whole interval lies below."
    if measured["low"] > promised:
        return f"{title} is higher than the card's {_share(promised)}: its whole interval lies above."
    return f"{title}: the card's {_share(promised)} lies within the interval, so this set shows no difference."


def _truth(report: Mapping[str, Any], truth: str) -> TruthRow:
    return TruthRow(
        truth=truth_name(truth),
        **report["counts"][truth],
        findings=tuple(report["findings"][truth].values()),
        flagged=shown(report["flagged"][truth]),
        indeterminate=shown(report["indeterminate"]["share"][truth]),
    )


def _group(value: str, figures: Mapping[str, Any]) -> GroupRow:
    return GroupRow(
        value=value,
        counts=tuple(figures["counts"].values()),
        auroc=shown(figures["auroc"], percent=False),
        sensitivity=shown(figures["sensitivity"]),
        specificity=shown(figures["specificity"]),
    )


def _called(key: str, figures: Mapping[str, Any]) -> CalledRow:
    hospital, _, truth = key.rpartition(": ")
    return CalledRow(hospital=hospital, truth=truth_name(truth), called=shown(figures))
