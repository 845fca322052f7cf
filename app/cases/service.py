"""Cases: stored, ordered, listed, shown."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.cases import queries, worklist_queries
from app.cases.header import HeaderFacts
from app.cases.listing import Listing
from app.cases.order import ROUTINE, URGENT, due_at, is_raised, urgency
from app.cases.removal import remove_cases
from app.cases.schemas import (
    CaseOut,
    CaseRow,
    NeighboursOut,
    PatientOut,
    RadiographLinksOut,
    RadiographOut,
    RowReviewOut,
    SpacingOut,
    StudyOut,
    WindowOut,
    WorklistOut,
)
from app.db.base import UtcDateTime
from app.db.tables import Case, RadiographFile, Reading
from app.errors import ConflictError, InvalidRequestError, NotFoundError
from app.readings.schemas import CautionOut, Status
from app.readings.service import reading_out, reason_out
from app.reviews.schemas import Verdict
from app.reviews.service import list_reviews
from model.findings import Finding

_LABEL_LENGTH = 8


def list_cases(session: Session, listing: Listing, *, after: str | None = None, limit: int = 50) -> WorklistOut:
    """Return one page of a list, with the counts of all views.

    Raises:
        InvalidRequestError: `after` is no cursor of this list.
    """
    plan = worklist_queries.plan(session, listing)
    start = None if after is None else _read_cursor(after, plan)
    found = worklist_queries.page(session, plan, after=start, limit=limit + 1)
    rows = found[:limit]
    more = _write_cursor(worklist_queries.position(rows[-1].case, plan)) if len(found) > limit else None
    counts = worklist_queries.counts(session, listing.view)
    return WorklistOut(
        cases=[_row(row) for row in rows],
        next=more,
        found=None if plan.found is None else min(plan.found, worklist_queries.MOST_SORTED),
        is_cut=plan.found is not None and plan.found > worklist_queries.MOST_SORTED,
        counts=counts.views,
        findings=counts.findings,
        received={span.value: n for span, n in counts.received.items()},
    )


def show_case(session: Session, case_id: UUID, listing: Listing | None = None) -> CaseOut:
    """Return a case with its radiographs, their latest readings, its reviews and its neighbours in a list.

    Args:
        listing: Where next and previous are looked for; `None` for the cases to review.

    Raises:
        NotFoundError: there is no such case.
    """
    case = queries.get_case(session, case_id)
    if case is None:
        raise NotFoundError("case", case_id)
    radiographs = queries.radiographs_of_case(session, case_id)
    latest = _latest_readings(session, radiographs)
    plan = worklist_queries.plan(session, listing or Listing())
    return CaseOut(
        case_id=case.id,
        label=_label(case),
        patient=_patient(case),
        study=_study(case),
        received_at=case.received_at,
        radiographs=[_radiograph(radiograph, latest[radiograph.id]) for radiograph in radiographs],
        reviews=list_reviews(session, case_id),
        neighbours=NeighboursOut(
            previous=worklist_queries.neighbour(session, case, plan, is_next=False),
            next=worklist_queries.neighbour(session, case, plan, is_next=True),
        ),
    )


def show_radiograph(session: Session, radiograph_id: UUID) -> RadiographOut:
    """Return one radiograph with its latest reading.

    Raises:
        NotFoundError: there is no such radiograph.
    """
    radiograph = queries.get_radiograph(session, radiograph_id)
    if radiograph is None:
        raise NotFoundError("radiograph", radiograph_id)
    return _radiograph(radiograph, _latest_readings(session, [radiograph])[radiograph_id])


def find_or_open_case(session: Session, facts: HeaderFacts) -> Case:
    """Return the case of the study that a header names, or a new one; a file without a study is a case of its own."""
    if facts.study_instance_uid:
        found = queries.find_study(session, facts.study_instance_uid)
        if found is not None:
            found.is_reviewed = False  # the review did not cover the radiograph that comes now
            return found
    now = datetime.now(UTC)
    case = Case(
        id=uuid4(),
        number=worklist_queries.next_number(session),
        received_at=now,
        priority=ROUTINE,
        due_at=due_at(now, ROUTINE),
        state="waiting",
        probability=-1.0,
        n_radiographs=0,
        n_not_analysed=0,
        search_words="",
        is_reviewed=False,
        **asdict(facts),
    )
    session.add(case)
    session.flush()
    return case


def settle_case(session: Session, case: Case) -> None:
    """Let a case say what the last reading of each radiograph says: the most urgent one leads.

    The case is put forward, never back, and opened again for what its review did not know.
    """
    readings = queries.readings_of_case(session, case.id)
    radiographs = queries.radiographs_of_case(session, case.id)
    latest = {reading.radiograph_id: reading for reading in readings}
    leading = max(latest.values(), key=urgency)
    case.leading_reading_id = leading.id
    case.state = _state(leading)
    case.finding = leading.finding
    case.probability = -1.0 if leading.p_covid is None else leading.p_covid
    case.n_radiographs = len(radiographs)
    case.n_not_analysed = sum(one.status in (Status.REFUSED, Status.FAILED) for one in latest.values())
    case.search_words = _search_words(case, radiographs, leading)
    if is_raised(leading) and case.priority != URGENT:
        case.priority = URGENT
        case.due_at = due_at(case.received_at, URGENT)
    if case.is_reviewed and _is_raised_since(case.reviewed_at or case.received_at, readings):
        case.is_reviewed = False


def _is_raised_since(review: datetime, readings: Sequence[Reading]) -> bool:
    """Tell whether a radiograph came forward after a review, and not before it."""
    raised = [(one.radiograph_id, one.finished_at) for one in readings if is_raised(one) and one.finished_at]
    before = {radiograph_id for radiograph_id, at in raised if at <= review}
    return any(radiograph_id not in before for radiograph_id, _ in raised)


def _state(leading: Reading) -> str:
    match Status(leading.status):
        case Status.DONE:
            return "flagged" if leading.flagged else "read"
        case Status.REFUSED | Status.FAILED:
            return "not-analysed"
        case _:
            return "waiting"


def count_studies(session: Session, study_instance_uids: Sequence[str]) -> int:
    """Count which of these studies are there."""
    return len(queries.find_studies(session, study_instance_uids))


def remove_studies(session: Session, study_instance_uids: Sequence[str]) -> Sequence[RadiographFile]:
    """Remove the cases of studies with all that belongs to them, and return their radiographs.

    Raises:
        ConflictError: one of them is being read.
    """
    cases = queries.find_studies(session, study_instance_uids)
    radiographs = [radiograph for case in cases for radiograph in queries.radiographs_of_case(session, case.id)]
    readings = queries.readings_of_radiographs(session, [radiograph.id for radiograph in radiographs])
    if any(reading.status in (Status.QUEUED, Status.RUNNING) for reading in readings):
        raise ConflictError("A case is being read. Nothing was removed. Try again in a moment.")
    for row in (*radiographs, *readings, *cases):
        session.expunge(row)
    remove_cases(session, [case.id for case in cases])
    return radiographs


def _search_words(case: Case, radiographs: Sequence[RadiographFile], leading: Reading) -> str:
    """Return what a case is found by; its state and finding are added by the database."""
    words = [case.accession_number, case.patient_id, case.patient_name, case.study_date]
    words += [f"{case.received_at.astimezone():%Y%m%d}", _label(case), leading.status]
    words += [radiograph.file_name for radiograph in radiographs]
    return " ".join(word.replace("_", " ") for word in words if word)


def _row(row: worklist_queries.Row) -> CaseRow:
    case, radiograph, reading = row.case, row.radiograph, row.reading
    review = None
    if case.is_reviewed and case.verdict and case.reviewed_at:
        review = RowReviewOut(verdict=Verdict(case.verdict), created_at=case.reviewed_at)
    low, high = reading.p_low, reading.p_high
    return CaseRow(
        case_id=case.id,
        radiograph_id=radiograph.id,
        reading_id=reading.id,
        label=_label(case),
        patient_id=case.patient_id,
        file_name=radiograph.file_name,
        received_at=case.received_at,
        view_position=radiograph.view_position,
        n_radiographs=case.n_radiographs,
        n_not_analysed=case.n_not_analysed,
        status=Status(reading.status),
        finding=None if reading.finding is None else Finding(reading.finding),
        flagged=reading.flagged,
        probability=reading.p_covid,
        probability_range=None if low is None or high is None else (low, high),
        threshold=None if reading.operating_point is None else reading.operating_point["threshold"],
        other_threshold=_other_threshold(reading),
        reason=reason_out(reading),
        review=review,
        thumbnail=_links(radiograph.id).thumbnail,
    )


def _other_threshold(reading: Reading) -> float | None:
    """Return the threshold of another abnormality where that is what flagged the reading."""
    is_covid = reading.finding in (Finding.COVID_19, Finding.INDETERMINATE)
    return reading.other_threshold if reading.flagged and not is_covid else None


def _latest_readings(session: Session, radiographs: Sequence[RadiographFile]) -> dict[UUID, Reading]:
    readings = queries.readings_of_radiographs(session, [radiograph.id for radiograph in radiographs])
    return {reading.radiograph_id: reading for reading in readings}


def _radiograph(radiograph: RadiographFile, reading: Reading) -> RadiographOut:
    spacing, window = radiograph.spacing, radiograph.window
    return RadiographOut(
        radiograph_id=radiograph.id,
        case_id=radiograph.case_id,
        file_name=radiograph.file_name,
        rows=radiograph.rows,
        columns=radiograph.columns,
        encoding=radiograph.encoding,
        view_position=radiograph.view_position,
        image_laterality=radiograph.image_laterality,
        spacing=None if spacing is None else SpacingOut.model_validate(spacing),
        window=None if window is None else WindowOut.model_validate(window),
        photometric_interpretation=radiograph.photometric_interpretation,
        cautions=[CautionOut.model_validate(caution) for caution in radiograph.cautions],
        links=_links(radiograph.id),
        reading=reading_out(reading, case_id=radiograph.case_id),
    )


def _links(radiograph_id: UUID) -> RadiographLinksOut:
    base = f"/radiographs/{radiograph_id}"
    return RadiographLinksOut(
        pixels=f"{base}/pixels",
        modality=f"{base}/modality",
        grayscale=f"{base}/grayscale",
        thumbnail=f"{base}/thumbnail",
        file=f"{base}/file",
    )


def _label(case: Case) -> str:
    return case.accession_number or case.id.hex[:_LABEL_LENGTH]


def _patient(case: Case) -> PatientOut | None:
    values = (case.patient_id, case.patient_name, case.patient_sex, case.patient_age)
    if not any(values):
        return None
    return PatientOut(id=values[0], name=values[1], sex=values[2], age=values[3])


def _study(case: Case) -> StudyOut | None:
    values = (case.study_date, case.study_time, case.accession_number, case.study_description)
    if not any(values):
        return None
    return StudyOut(date=values[0], time=values[1], accession_number=values[2], description=values[3])


def _write_cursor(position: worklist_queries.Position) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in position]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, plan: worklist_queries.Plan) -> worklist_queries.Position:
    try:
        values: list[Any] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        pairs = zip(values, plan.columns, strict=True)
        return tuple(_read_value(value, is_moment=isinstance(column.type, UtcDateTime)) for value, column in pairs)
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidRequestError("This is no place in this list. Open the worklist again.") from error


def _read_value(value: object, *, is_moment: bool) -> datetime | float:
    if is_moment and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    elif not is_moment and isinstance(value, int | float) and abs(value) < 2**63:
        return value
    raise ValueError("no value of this column")
