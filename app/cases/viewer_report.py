"""A reading as text for a radiologist's report: one sentence a finding, zones, model, notice. It names no patient."""

from collections.abc import Sequence

from app.cases.schemas import RadiographOut
from app.cases.viewer_zones import ZoneRow, map_strength
from app.readings.schemas import ReadingOut, Status
from app.web.templating import finding_name, format_percent, format_probability, short_hash, zone_name
from app.web.words import say
from model.findings import Finding


def report_text(radiograph: RadiographOut, zones: Sequence[ZoneRow], *, moment: str | None) -> str:
    """Write the report; empty while there is nothing to report.

    Args:
        moment: Date and time of the study as the header gives them.
    """
    reading = radiograph.reading
    if reading.status in (Status.QUEUED, Status.RUNNING):
        return ""
    view = radiograph.view_position
    what = say("report.view", view=view) if view else say("report.no_view")
    lines = [say("report.moment", view=what, moment=moment) if moment else say("report.no_moment", view=what)]
    lines += _findings(reading) if reading.status is Status.DONE else [_not_analysed(reading)]
    if reading.status is Status.DONE:
        lines.append(_zones(zones, map_strength(reading)))
    lines += [say("report.caution", caution=caution.detail.rstrip(".")) for caution in reading.cautions]
    return "\n".join([*lines, _model(reading), say("report.notice")])


def _findings(reading: ReadingOut) -> list[str]:
    point, spread, p = reading.operating_point, reading.probability_range, reading.probabilities
    assert point is not None
    assert spread is not None
    assert p is not None
    assert reading.finding is not None
    low, high = (format_probability(value) for value in spread)
    covid, other, normal = (format_probability(p[each]) for each in (Finding.COVID_19, Finding.OTHER, Finding.NORMAL))
    name = finding_name(reading.finding)
    return [
        say("report.flagged", finding=name) if reading.flagged else say("report.not_flagged", finding=name),
        say("report.covid", probability=covid, low=low, high=high, threshold=f"{point.threshold:.2f}"),
        say("report.other", probability=other),
        say("report.normal", probability=normal),
    ]


def _not_analysed(reading: ReadingOut) -> str:
    reason = reading.reason
    if reason is None:
        return say("report.not_analysed")
    return say("report.not_analysed_why", code=reason.code, why=reason.detail)


def _zones(rows: Sequence[ZoneRow], strength: str) -> str:
    if strength == "nothing":
        return say("report.nothing")
    shares = [
        say("report.share", zone=zone_name(cell.zone).lower(), percent=format_percent(cell.share))
        for row in rows
        for cell in row.cells
    ]
    told = ", ".join(shares)
    return say("report.faint", shares=told) if strength == "faint" else say("report.zones", shares=told)


def _model(reading: ReadingOut) -> str:
    model, point = reading.model, reading.operating_point
    text = say(
        "report.model",
        name=model.name,
        version=model.version,
        hash=short_hash(model.sha256),
        pipeline=reading.pipeline,
    )
    if point is None:
        return say("report.no_point", model=text)
    return say(
        "report.point",
        model=text,
        name=point.name,
        sensitivity=f"{point.sensitivity:.2f}",
        specificity=f"{point.specificity:.2f}",
        set=point.set,
    )
