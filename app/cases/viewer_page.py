"""What the viewer page shows: built from the service's answer, nothing looked up here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.cases.listing import Listing
from app.cases.order import shown_urgency
from app.cases.schemas import CaseOut, PriorOut, RadiographOut
from app.cases.viewer_correction import correction_of
from app.cases.viewer_data import page_data
from app.cases.viewer_facts import FactGroup, header_lines, panel_facts, study_moment
from app.cases.viewer_report import report_text
from app.cases.viewer_zones import ZoneRow, boxes_outside, boxes_unplaced, map_strength, zone_rows
from app.readings.schemas import CautionOut, ReadingOut, Status
from app.reviews.schemas import ReviewOut
from app.web.modules import imported_modules
from app.web.templating import format_probability
from app.web.words import say, say_or
from model.findings import Finding
from model.prediction import Correction

FIRST_MODULE, LATER_MODULE = "js/viewer/main.js", "js/viewer/workplace.js"
"""The script that draws the picture, and the one that it imports afterwards."""

_ROOM_BESIDE_MIDDLES, _ROOM_BESIDE_AN_END = 0.28, 0.38
"""Chosen: how far apart two numbers stand, in shares of the narrower scale, so that neither covers the other."""


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
class TitledCaution:
    """A caution under a few words that say what it is about."""

    title: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiographLink:
    """Way to another radiograph of the same case."""

    name: str
    href: str
    thumbnail: str
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
        study_line: View and time of the study.
        spacing_line: Pixel spacing and where it was measured; empty when unknown.
        covid_probability: P(covid-19); 0 unless the reading is done.
        scale_labels: Numbers under the probability scale.
        finding_note: What the finding means, where the word alone does not say it, or `None`.
        measured_line: The measured value of a refusal and its limit, or `None`.
        cautions: What to know about the image, cautions of file and reading together.
        zones: Six zones in three levels, the patient's right at the left.
        boxes_outside: Numbers of the boxes on the image that lie outside the lungs.
        boxes_unplaced: Numbers of the boxes of an older reading, which do not know their zone.
        map_strength: What the map shows: `nothing`, something `faint` that no box marks, or evidence `for` abnormality.
        frequency_line: What the operating point did on the set it was measured on, in hundreds, or `None`.
        report: The reading as text for a report; empty while it is not there.
        is_corrected: Whether the radiograph was turned or inverted before it was read.
        latest_review: The last review, or `None`.
        n_marks: How many marks readers have drawn on the radiograph.
        reviewable: Whether a review can be given now.
        review_note: What a review means where there is no finding, or `None`.
        facts: Folded lists of facts, provenance last.
        page_data: Values for the page's script.
        modules: What draws the picture, below `static`: fetched with it.
        later_modules: What the page's script imports once it has drawn: fetched no sooner than that.
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
    spacing_line: str
    covid_probability: float
    scale_labels: tuple[ScaleLabel, ...]
    finding_note: str | None
    measured_line: str | None
    cautions: tuple[TitledCaution, ...]
    zones: tuple[ZoneRow, ...]
    boxes_outside: tuple[int, ...]
    boxes_unplaced: tuple[int, ...]
    map_strength: str
    frequency_line: str | None
    report: str
    is_corrected: bool
    latest_review: ReviewOut | None
    n_marks: int
    reviewable: bool
    review_note: str | None
    facts: tuple[FactGroup, ...]
    page_data: Mapping[str, Any]
    modules: tuple[str, ...]
    later_modules: tuple[str, ...]


def viewer_page(
    case: CaseOut,
    *,
    listing: Listing,
    radiograph_id: UUID | None,
    path: str,
    show_above: float,
    priors: Sequence[PriorOut],
    n_marks: int,
) -> ViewerPage:
    """Build the viewer page.

    Args:
        listing: The list the reader came from.
        radiograph_id: The radiograph asked for; `None`, or one of another case, for the most urgent.
        path: Path of the worklist; a case lies below it.
        show_above: The map's display threshold, from the weights' card.
        priors: Earlier radiographs of the patient, latest first.
        n_marks: How many marks readers have drawn on that radiograph.
    """
    radiograph = choose_radiograph(case, radiograph_id)
    reading = radiograph.reading
    suffix = listing.suffix()
    addresses = {
        side: f"{path}/{key}{suffix}" if key else None
        for side, key in (("previous", case.neighbours.previous), ("next", case.neighbours.next))
    }
    lines = header_lines(case, radiograph)
    correction = correction_of(reading.cautions)
    zones = zone_rows(reading)
    return ViewerPage(
        case=case,
        radiograph=radiograph,
        reading=reading,
        position=case.radiographs.index(radiograph) + 1,
        radiograph_links=_radiograph_links(case, radiograph, path, listing),
        worklist_href=f"{path}{suffix}",
        previous_href=addresses["previous"],
        next_href=addresses["next"],
        patient_line=lines.patient,
        study_line=lines.study,
        spacing_line=lines.spacing,
        covid_probability=reading.probabilities[Finding.COVID_19] if reading.probabilities else 0.0,
        scale_labels=scale_labels(reading),
        finding_note=_finding_note(reading),
        measured_line=_measured_line(reading),
        cautions=_cautions(radiograph.cautions, reading.cautions),
        zones=zones,
        boxes_outside=boxes_outside(reading),
        boxes_unplaced=boxes_unplaced(reading),
        map_strength=map_strength(reading),
        frequency_line=_frequency_line(reading),
        report=report_text(radiograph, zones, moment=study_moment(case)),
        is_corrected=correction != Correction(),
        latest_review=case.reviews[0] if case.reviews else None,
        n_marks=n_marks,
        reviewable=reading.status in (Status.DONE, Status.REFUSED, Status.FAILED),
        review_note=_review_note(reading),
        facts=panel_facts(case, radiograph),
        page_data=page_data(
            case,
            radiograph,
            priors,
            correction=correction,
            next_href=addresses["next"],
            worklist_href=f"{path}{suffix}",
            show_above=show_above,
        ),
        modules=imported_modules(FIRST_MODULE),
        later_modules=_later_modules(),
    )


def choose_radiograph(case: CaseOut, radiograph_id: UUID | None) -> RadiographOut:
    """Return the radiograph asked for, or the one that leads the case in the worklist."""
    for radiograph in case.radiographs:
        if radiograph.radiograph_id == radiograph_id:
            return radiograph
    return max(case.radiographs, key=lambda each: shown_urgency(each.reading))


def _later_modules() -> tuple[str, ...]:
    first = {FIRST_MODULE, *imported_modules(FIRST_MODULE)}
    return tuple(module for module in (LATER_MODULE, *imported_modules(LATER_MODULE)) if module not in first)


def scale_labels(reading: ReadingOut) -> tuple[ScaleLabel, ...]:
    """Place the threshold and the range under the scale so that neither leaves it nor covers the other."""
    if reading.operating_point is None or reading.probability_range is None:
        return ()
    threshold = reading.operating_point.threshold
    low, high = reading.probability_range
    middle = (low + high) / 2
    flag = say("reading.flag_at", threshold=format_probability(threshold))
    texts = flag, f"{format_probability(low)}–{format_probability(high)}"
    anchors = _anchor(threshold), _anchor(middle)
    room = _ROOM_BESIDE_MIDDLES if anchors == ("middle", "middle") else _ROOM_BESIDE_AN_END
    if abs(threshold - middle) < room:
        left_first = threshold <= middle
        anchors = ("end", "start") if left_first else ("start", "end")
        if min(threshold, middle) < 0.2:  # no room for a text that ends there: both lie beside one another
            return _side_by_side(texts, left_first=left_first)
    return (
        ScaleLabel(at=threshold, anchor=anchors[0], text=texts[0]),
        ScaleLabel(at=middle, anchor=anchors[1], text=texts[1]),
    )


def _anchor(at: float) -> str:
    return "start" if at < 0.12 else "end" if at > 0.88 else "middle"


def _side_by_side(texts: tuple[str, str], *, left_first: bool) -> tuple[ScaleLabel, ...]:
    first, second = texts if left_first else texts[::-1]
    return (ScaleLabel(at=0.0, anchor="start", text=first), ScaleLabel(at=0.3, anchor="start", text=second))


def _finding_note(reading: ReadingOut) -> str | None:
    if reading.finding is Finding.INDETERMINATE:
        return say("reading.undecided")
    is_covid = reading.finding is Finding.COVID_19
    if reading.flagged and not is_covid and reading.other_threshold is not None:
        return say("reading.other_flagged", threshold=f"{reading.other_threshold:.2f}")
    return None


def _frequency_line(reading: ReadingOut) -> str | None:
    point = reading.operating_point
    if point is None:
        return None
    with_covid, normal = 100 * point.sensitivity, 100 * (1 - point.specificity)
    return say("reading.frequency", covid=f"{with_covid:.0f}", normal=f"{normal:.0f}")


def _measured_line(reading: ReadingOut) -> str | None:
    reason = reading.reason
    if reason is None or reason.measured is None:
        return None
    if reason.limit is None:
        return say("reading.measured", measured=f"{reason.measured:g}")
    return say("reading.measured_limit", measured=f"{reason.measured:g}", limit=f"{reason.limit:g}")


def _review_note(reading: ReadingOut) -> str | None:
    if reading.status is Status.REFUSED:
        return say("review.refused")
    if reading.status is Status.FAILED:
        return say("review.failed")
    if reading.status in (Status.QUEUED, Status.RUNNING):
        return say("review.later")
    return None


def _cautions(*lists: list[CautionOut]) -> tuple[TitledCaution, ...]:
    by_code = {caution.code: caution for cautions in lists for caution in cautions}
    return tuple(
        TitledCaution(
            title=say_or(f"cautions.{code}", f"{code.replace('_', ' ').capitalize()}."),
            detail=f"{caution.detail[:1].upper()}{caution.detail[1:].rstrip('.')}.",
        )
        for code, caution in by_code.items()
    )


def _radiograph_links(
    case: CaseOut, radiograph: RadiographOut, path: str, listing: Listing
) -> tuple[RadiographLink, ...]:
    return tuple(
        RadiographLink(
            name=f"{index} {each.view_position or ''}".strip(),
            href=f"{path}/{case.case_id}{listing.suffix(radiograph=str(each.radiograph_id))}",
            thumbnail=each.links.thumbnail,
            current=each is radiograph,
        )
        for index, each in enumerate(case.radiographs, start=1)
    )
