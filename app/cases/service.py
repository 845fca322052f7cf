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

from app.cases import queries
from app.cases.header import HeaderFacts
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
    View,
    WindowOut,
    WorklistOut,
)
from app.db.tables import Case, RadiographFile, Reading
from app.errors import InvalidRequestError, NotFoundError
from app.readings.schemas import CautionOut, Status
from app.readings.service import reading_out, reason_out
from app.reviews.schemas import Verdict
from app.reviews.service import list_reviews
from model.findings import Finding

URGENT, ROUTINE = 1, 2

_LABEL_LENGTH = 8


def list_cases(
    session: Session,
    *,
    view: View = View.TO_REVIEW,
    finding: Finding | None = None,
    after: str | None = None,
    limit: int = 50,
) -> WorklistOut:
    """Return one page of the worklist: flagged first, longest waiting first; reviewed cases newest review first.

    Raises:
        InvalidRequestError: `after` is no cursor of this view.
    """
    start = None if after is None else _read_cursor(after, view)
    found = queries.worklist(session, view, finding=finding, after=start, limit=limit + 1)
    rows = found[:limit]
    more = _write_cursor(queries.position(rows[-1].case, view)) if len(found) > limit else None
    return WorklistOut(cases=[_row(row) for row in rows], next=more, counts=queries.counts(session))


def show_case(
    session: Session, case_id: UUID, *, view: View = View.TO_REVIEW, finding: Finding | None = None
) -> CaseOut:
    """Return a case with its radiographs, their latest readings, its reviews and its neighbours in a view.

    Args:
        finding: Narrows the view to cases whose most urgent reading says this.

    Raises:
        NotFoundError: there is no such case.
    """
    case = queries.get_case(session, case_id)
    if case is None:
        raise NotFoundError("case", case_id)
    radiographs = queries.radiographs_of_case(session, case_id)
    latest = _latest_readings(session, radiographs)
    return CaseOut(
        case_id=case.id,
        label=_label(case),
        patient=_patient(case),
        study=_study(case),
        received_at=case.received_at,
        radiographs=[_radiograph(radiograph, latest[radiograph.id]) for radiograph in radiographs],
        reviews=list_reviews(session, case_id),
        neighbours=NeighboursOut(
            previous=queries.neighbour(session, case, view, finding=finding, is_next=False),
            next=queries.neighbour(session, case, view, finding=finding, is_next=True),
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
    case = Case(
        id=uuid4(),
        received_at=datetime.now(UTC),
        priority=ROUTINE,
        state="waiting",
        is_reviewed=False,
        **asdict(facts),
    )
    session.add(case)
    session.flush()
    return case


def settle_case(session: Session, case: Case) -> None:
    """Let a case say what its readings say: its most urgent one leads, and it is put forward, never back."""
    leading = max(queries.readings_of_case(session, case.id), key=_urgency)
    case.leading_reading_id = leading.id
    case.state = _state(leading)
    if case.state in (View.FLAGGED, View.NOT_ANALYSED) and case.priority != URGENT:
        case.priority = URGENT
        case.is_reviewed = False  # whoever reviewed it did so before this was known


def _urgency(reading: Reading) -> tuple[int, datetime]:
    by_status = {Status.FAILED: 3, Status.REFUSED: 2, Status.DONE: 1, Status.RUNNING: 0, Status.QUEUED: 0}
    rank = 4 if reading.status == Status.DONE and reading.flagged else by_status[Status(reading.status)]
    return rank, reading.queued_at


def _state(leading: Reading) -> str:
    match Status(leading.status):
        case Status.DONE:
            return "flagged" if leading.flagged else "read"
        case Status.REFUSED | Status.FAILED:
            return "not-analysed"
        case _:
            return "waiting"


def _row(row: queries.Row) -> CaseRow:
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
        status=Status(reading.status),
        finding=None if reading.finding is None else Finding(reading.finding),
        flagged=reading.flagged,
        probability=reading.p_covid,
        probability_range=None if low is None or high is None else (low, high),
        threshold=None if reading.operating_point is None else reading.operating_point["threshold"],
        reason=reason_out(reading),
        review=review,
        thumbnail=_links(radiograph.id).thumbnail,
    )


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
    return RadiographLinksOut(pixels=f"{base}/pixels", thumbnail=f"{base}/thumbnail", file=f"{base}/file")


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


def _write_cursor(position: queries.Position) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in position[:-1]]
    return base64.urlsafe_b64encode(json.dumps([*plain, position[-1].hex]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, view: View) -> queries.Position:
    try:
        values: list[Any] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at, key = datetime.fromisoformat(values[-2]), UUID(hex=values[-1])
        if view is View.REVIEWED:
            (_, _) = values
            return at, key
        is_reviewed, priority, _, _ = values
        return bool(is_reviewed), int(priority), at, key
    except (ValueError, TypeError, IndexError, AttributeError, binascii.Error) as error:
        raise InvalidRequestError("This is no place in this list. Open the worklist again.") from error
