"""A reading as text for a radiologist's report: one sentence a finding, zones, model, notice. It names no patient."""

from collections.abc import Sequence

from app.cases.schemas import RadiographOut
from app.cases.viewer_zones import ZoneRow
from app.readings.schemas import ReadingOut, Status
from app.web.templating import finding_name, format_probability, short_hash, zone_name
from model.findings import Finding

NOTICE = "Research use, not a medical device. The radiologist's own reading decides."


def report_text(radiograph: RadiographOut, zones: Sequence[ZoneRow], *, moment: str | None) -> str:
    """Write the report; empty while there is nothing to report.

    Args:
        moment: Date and time of the study as the header gives them.
    """
    reading = radiograph.reading
    if reading.status in (Status.QUEUED, Status.RUNNING):
        return ""
    view = f" {radiograph.view_position}" if radiograph.view_position else ", view not given"
    lines = [f"Chest radiograph{view}{f', {moment}' if moment else ''}."]
    lines += _findings(reading) if reading.status is Status.DONE else [_not_analysed(reading)]
    if reading.status is Status.DONE:
        lines.append(_zones(zones))
    lines += [f"Caution: {caution.detail.rstrip('.')}." for caution in reading.cautions]
    return "\n".join([*lines, _model(reading), NOTICE])


def _findings(reading: ReadingOut) -> list[str]:
    point, spread, p = reading.operating_point, reading.probability_range, reading.probabilities
    assert point is not None
    assert spread is not None
    assert p is not None
    assert reading.finding is not None
    low, high = (format_probability(value) for value in spread)
    flag = "Flagged" if reading.flagged else "Not flagged"
    return [
        f"{flag}: {finding_name(reading.finding)}.",
        f"COVID-19: probability {format_probability(p[Finding.COVID_19])}, range {low} to {high}, "
        f"flagged from {point.threshold:.2f}.",
        f"Other abnormality: probability {format_probability(p[Finding.OTHER])}.",
        f"Normal: probability {format_probability(p[Finding.NORMAL])}.",
    ]


def _not_analysed(reading: ReadingOut) -> str:
    reason = reading.reason
    return "Not analysed." if reason is None else f"Not analysed ({reason.code}): {reason.detail}"


def _zones(rows: Sequence[ZoneRow]) -> str:
    cells = [cell for row in rows for cell in row.cells]
    if not any(cell.share for cell in cells):
        return "Evidence for COVID-19 by lung zone: the map shows nothing."
    shares = ", ".join(f"{zone_name(cell.zone).lower()} {100 * cell.share:.0f} %" for cell in cells)
    return f"Evidence for COVID-19 by lung zone: {shares}."


def _model(reading: ReadingOut) -> str:
    model, point = reading.model, reading.operating_point
    text = f"Model {model.name} {model.version} ({short_hash(model.sha256)}), pixel pipeline {reading.pipeline}"
    if point is None:
        return f"{text}."
    return (
        f"{text}; operating point {point.name}: sensitivity {point.sensitivity:.2f}, "
        f"specificity {point.specificity:.2f} on {point.set}."
    )
