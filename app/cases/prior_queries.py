"""SQL about a patient's other radiographs."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Case, RadiographFile


def radiographs_of_patient(
    session: Session, patient_id: str, *, but_case: Case, limit: int
) -> Sequence[tuple[Case, RadiographFile]]:
    """Return radiographs of a patient's other cases with their cases, latest study first."""
    query = (
        select(Case, RadiographFile)
        .join(RadiographFile, RadiographFile.case_id == Case.id)
        .where(Case.patient_id == patient_id, Case.id != but_case.id)
        .order_by(Case.study_date.desc(), Case.study_time.desc(), Case.received_at.desc(), RadiographFile.id)
        .limit(limit)
    )
    return [(case, radiograph) for case, radiograph in session.execute(query)]
