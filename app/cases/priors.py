"""Earlier radiographs of the same patient, for comparison in the viewer."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import prior_queries, queries
from app.cases.schemas import PriorOut
from app.db.tables import Case
from app.errors import NotFoundError
from app.readings.schemas import CautionOut, Status

MOST_PRIORS = 12
"""Chosen: a list that a reader looks through."""

_MOST_LOOKED_AT = 60


def list_priors(session: Session, case_id: UUID) -> list[PriorOut]:
    """Return the radiographs of the patient's earlier studies, latest first; none where the patient is not named.

    A Patient ID is unique only where it was given: where both studies hold a name, the names must agree too.

    Raises:
        NotFoundError: there is no such case.
    """
    case = queries.get_case(session, case_id)
    if case is None:
        raise NotFoundError("case", case_id)
    if not case.patient_id:
        return []
    found = prior_queries.radiographs_of_patient(session, case.patient_id, but_case=case, limit=_MOST_LOOKED_AT)
    earlier = [
        (other, radiograph)
        for other, radiograph in found
        if _is_same_name(case, other) and _moment(other, like=case) < _moment(case, like=other)
    ][:MOST_PRIORS]
    readings = {
        reading.radiograph_id: reading
        for reading in queries.readings_of_radiographs(session, [radiograph.id for _, radiograph in earlier])
    }
    return [
        PriorOut(
            radiograph_id=radiograph.id,
            case_id=other.id,
            rows=radiograph.rows,
            columns=radiograph.columns,
            view_position=radiograph.view_position,
            study_date=other.study_date,
            study_time=other.study_time,
            received_at=other.received_at,
            modality=f"/radiographs/{radiograph.id}/modality",
            grayscale=f"/radiographs/{radiograph.id}/grayscale",
            status=Status(readings[radiograph.id].status),
            cautions=[CautionOut.model_validate(caution) for caution in readings[radiograph.id].cautions],
        )
        for other, radiograph in earlier
    ]


def _is_same_name(one: Case, other: Case) -> bool:
    names = [case.patient_name.casefold().strip(" ,^") for case in (one, other) if case.patient_name]
    return len(set(names)) < 2


def _moment(case: Case, *, like: Case) -> tuple[str, ...]:
    """Say when a study was made, or when it came where one of the two has no date."""
    if case.study_date and like.study_date:
        return case.study_date, case.study_time or "", case.received_at.isoformat()
    return (case.received_at.isoformat(),)
