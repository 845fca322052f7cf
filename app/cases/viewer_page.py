"""What the viewer page shows: built from the service's answer, nothing looked up here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.cases.schemas import CaseOut, RadiographOut, View
from app.cases.viewer_facts import FactGroup, header_lines, panel_facts
from app.cases.worklist_page import list_suffix
from app.readings.schemas import CautionOut, ReadingOut, Status
from app.reviews.schemas import ReviewOut
from app.web.templating import format_probability
from model.findings import Finding, Zone

MIN_TIED_SHARE = 0.05
"""Chosen: a box is tied to a zone by its place; where the zone holds less of the evidence than this, it is not."""

_CAUTION_TITLES = {
    "NO_HEADER": "No DICOM header.",
    "NO_WINDOW": "No window in the file.",
    "WINDOW_UNUSABLE": "Window not usable.",
    "COLOUR": "Colour image.",
}

_URGENCY = {Status.FAILED: 3, Status.REFUSED: 2, Status.DONE: 1, Status.RUNNING: 0, Status.QUEUED: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleLabel:
    """A number under the probability scale.

    Attributes:
        at: Place on the scale, [0, 1].
        anchor: `start`, `middle` or `end`, as SVG's `text-anchor`.
    """

    at: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCell:
    """One lung zone.

    Attributes:
        numbers: Boxes on the image whose middle lies in it, counted from 1.
    """

    zone: Zone
    share: float
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledCaution:
    """A caution under a few words that say what it is about."""

    title: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiographLink:
    """Way to another radiograph of the same case."""

    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerPage:
    """Context of `cases/viewer.html`.

    Attributes:
        case: The case with all its radiographs.
        radiograph: The radiograph on the stage.
        reading: Its latest reading.
        position: Which radiograph of the case it is, from 1.
        radiograph_links: Ways to the case's radiographs.
        worklist_href: The list that the reader came from.
        previous_href: The case before this one in that list, or `None`.
        next_href: The case after it, or `None`.
        patient_line: Patient in the stage's corner.
        study_line: View and time of the study, or the file's name.
        window_line: The window the file asks for, in modality units, or `None`.
        spacing_line: Pixel spacing and where it was measured; empty when unknown.
        covid_probability: P(covid-19); 0 unless the reading is done.
        scale_labels: Numbers under the probability scale.
        finding_note: What the finding means, where the word alone does not say it, or `None`.
        measured_line: The measured value of a refusal and its limit, or `None`.
        cautions: What to know about the image, cautions of file and reading together.
        zones: Six zones, the patient's right at the left.
        nothing_shown: Whether the map shows nothing.
        latest_review: The last review, or `None`.
        reviewable: Whether a review can be given now.
        review_note: What a review means where there is no finding, or `None`.
        facts: Folded lists of facts, provenance last.
        page_data: Values for the page's script.
    """

    case: CaseOut
    radiograph: RadiographOut
    reading: ReadingOut
    position: int
    radiograph_links: tuple[RadiographLink, ...]
    worklist_href: str
    previous_href: str | None
    next_href: str | None
    patient_line: str
    study_line: str
    window_line: str | None
    spacing_line: str
    covid_probability: float
    scale_labels: tuple[ScaleLabel, ...]
    finding_note: str | None
    measured_line: str | None
    cautions: tuple[TitledCaution, ...]
    zones: tuple[ZoneCell, ...]
    nothing_shown: bool
    latest_review: ReviewOut | None
    reviewable: bool
    review_note: str | None
    facts: tuple[FactGroup, ...]
    page_data: Mapping[str, Any]


def viewer_page(
    case: CaseOut,
    *,
    view: View,
    finding: Finding | None,
    radiograph_id: UUID | None,
    path: str,
    show_above: float,
) -> ViewerPage:
    """Build the viewer page.

    Args:
        view: The list the reader came from.
        finding: The finding that list was narrowed to.
        radiograph_id: The radiograph asked for; `None`, or one of another case, for the most urgent.
        path: Path of the worklist; a case lies below it.
        show_above: The map's display threshold, from the weights' card.
    """
    radiograph = choose_radiograph(case, radiograph_id)
    reading = radiograph.reading
    suffix = list_suffix(view, finding)
    addresses = {
        side: f"{path}/{key}{suffix}" if key else None
        for side, key in (("previous", case.neighbours.previous), ("next", case.neighbours.next))
    }
    lines = header_lines(case, radiograph)
    zones = zone_cells(reading)
    return ViewerPage(
        case=case,
        radiograph=radiograph,
        reading=reading,
        position=case.radiographs.index(radiograph) + 1,
        radiograph_links=_radiograph_links(case, radiograph, path, view, finding),
        worklist_href=f"{path}{suffix}",
        previous_href=addresses["previous"],
        next_href=addresses["next"],
        patient_line=lines.patient,
        study_line=lines.study,
        window_line=lines.window,
        spacing_line=lines.spacing,
        covid_probability=reading.probabilities[Finding.COVID_19] if reading.probabilities else 0.0,
        scale_labels=scale_labels(reading),
        finding_note=_finding_note(reading),
        measured_line=_measured_line(reading),
        cautions=_cautions(radiograph.cautions, reading.cautions),
        zones=zones,
        nothing_shown=not any(cell.share for cell in zones),
        latest_review=case.reviews[0] if case.reviews else None,
        reviewable=reading.status in (Status.DONE, Status.REFUSED, Status.FAILED),
        review_note=_review_note(reading),
        facts=panel_facts(case, radiograph),
        page_data=_page_data(case, radiograph, addresses["next"], f"{path}{suffix}", show_above),
    )


def choose_radiograph(case: CaseOut, radiograph_id: UUID | None) -> RadiographOut:
    """Return the radiograph asked for, or the most urgent one; among equals the first."""
    for radiograph in case.radiographs:
        if radiograph.radiograph_id == radiograph_id:
            return radiograph
    return max(case.radiographs, key=lambda each: (each.reading.flagged, _URGENCY[each.reading.status]))


def scale_labels(reading: ReadingOut) -> tuple[ScaleLabel, ...]:
    """Place the threshold and the range under the scale so that neither leaves it nor covers the other."""
    if reading.operating_point is None or reading.probability_range is None:
        return ()
    threshold = reading.operating_point.threshold
    low, high = reading.probability_range
    middle = (low + high) / 2
    texts = f"flag at {format_probability(threshold)}", f"{format_probability(low)}–{format_probability(high)}"
    if abs(threshold - middle) >= 0.28:
        anchors = _anchor(threshold), _anchor(middle)
    else:
        left_first = threshold <= middle
        anchors = ("end", "start") if left_first else ("start", "end")
        if min(threshold, middle) < 0.2:  # no room for a text that ends there: both lie beside one another
            return _side_by_side(texts, left_first=left_first)
    return (
        ScaleLabel(at=threshold, anchor=anchors[0], text=texts[0]),
        ScaleLabel(at=middle, anchor=anchors[1], text=texts[1]),
    )


def zone_cells(reading: ReadingOut) -> tuple[ZoneCell, ...]:
    """List the six zones row by row, the patient's right at the left, with the boxes that lie in them."""
    if reading.localization is None or reading.cam is None:
        return ()
    shares = {entry.zone: entry.share for entry in reading.localization.zones}
    numbers: dict[Zone, list[int]] = {zone: [] for zone in Zone}
    for number, box in enumerate(reading.localization.boxes, start=1):
        zone = zone_at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, reading.cam.placement)
        if shares.get(zone, 0.0) >= MIN_TIED_SHARE:
            numbers[zone].append(number)
    order = (Zone(f"{side}-{level}") for level in ("upper", "middle", "lower") for side in ("right", "left"))
    return tuple(ZoneCell(zone=zone, share=shares.get(zone, 0.0), numbers=tuple(numbers[zone])) for zone in order)


def zone_at(x: float, y: float, placement: tuple[float, float, float, float]) -> Zone:
    """Name the zone of a point: the lung box halved at its middle and divided in thirds of its height."""
    x0, y0, x1, y1 = placement
    side = "right" if x < (x0 + x1) / 2 else "left"
    level = ("upper", "middle", "lower")[min(2, max(0, int(3 * (y - y0) / (y1 - y0))))]
    return Zone(f"{side}-{level}")


def _anchor(at: float) -> str:
    return "start" if at < 0.12 else "end" if at > 0.88 else "middle"


def _side_by_side(texts: tuple[str, str], *, left_first: bool) -> tuple[ScaleLabel, ...]:
    first, second = texts if left_first else texts[::-1]
    return (ScaleLabel(at=0.0, anchor="start", text=first), ScaleLabel(at=0.3, anchor="start", text=second))


def _finding_note(reading: ReadingOut) -> str | None:
    if reading.finding is Finding.INDETERMINATE:
        return "The range lies on both sides of the threshold: the network does not decide."
    if reading.finding is Finding.OTHER and reading.flagged and reading.other_threshold is not None:
        return f"Flagged because the probability of another abnormality reaches {reading.other_threshold:.2f}."
    return None


def _measured_line(reading: ReadingOut) -> str | None:
    reason = reading.reason
    if reason is None or reason.measured is None:
        return None
    return f"measured {reason.measured:g}" + ("" if reason.limit is None else f", limit {reason.limit:g}")


def _review_note(reading: ReadingOut) -> str | None:
    if reading.status is Status.REFUSED:
        return "There is no finding to agree with. Agree means: right not to analyse this image."
    if reading.status is Status.FAILED:
        return "There is no finding to agree with. Write what you see and sign as unsure."
    if reading.status in (Status.QUEUED, Status.RUNNING):
        return "Opens when the reading is there."
    return None


def _cautions(*lists: list[CautionOut]) -> tuple[TitledCaution, ...]:
    by_code = {caution.code: caution for cautions in lists for caution in cautions}
    return tuple(
        TitledCaution(
            title=_CAUTION_TITLES.get(code, f"{code.replace('_', ' ').capitalize()}."),
            detail=f"{caution.detail[:1].upper()}{caution.detail[1:].rstrip('.')}.",
        )
        for code, caution in by_code.items()
    )


def _radiograph_links(
    case: CaseOut, radiograph: RadiographOut, path: str, view: View, finding: Finding | None
) -> tuple[RadiographLink, ...]:
    return tuple(
        RadiographLink(
            name=f"{index} {each.view_position or ''}".strip(),
            href=f"{path}/{case.case_id}{list_suffix(view, finding, radiograph=str(each.radiograph_id))}",
            current=each is radiograph,
        )
        for index, each in enumerate(case.radiographs, start=1)
    )


def _page_data(
    case: CaseOut, radiograph: RadiographOut, next_href: str | None, worklist_href: str, show_above: float
) -> dict[str, Any]:
    reading = radiograph.reading
    cam = None
    if reading.cam:
        cam = reading.cam.model_dump(mode="json") | {"reading_id": str(reading.reading_id)}
    return {
        "case_id": str(case.case_id),
        "next_href": next_href,
        "worklist_href": worklist_href,
        "show_above": show_above,
        "radiograph": {
            "radiograph_id": str(radiograph.radiograph_id),
            "rows": radiograph.rows,
            "columns": radiograph.columns,
            "pixels": radiograph.links.pixels,
        },
        "reading": {
            "reading_id": str(reading.reading_id),
            "status": reading.status.value,
            "flagged": reading.flagged,
            "boxes": [list(box) for box in reading.localization.boxes] if reading.localization else [],
            "cam": cam,
        },
    }
