"""SQL about cases and their radiographs by key; the worklist's is in `worklist_queries`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.db.tables import Case, Quarantined, RadiographFile, Reading


def get_case(session: Session, case_id: UUID) -> Case | None:
    """Return a case alone."""
    return session.get(Case, case_id)


def find_study(session: Session, study_instance_uid: str) -> Case | None:
    """Return the case of a study."""
    return session.scalars(select(Case).where(Case.study_instance_uid == study_instance_uid)).one_or_none()


def find_studies(session: Session, study_instance_uids: Sequence[str]) -> Sequence[Case]:
    """Return the cases of some studies."""
    return session.scalars(select(Case).where(Case.study_instance_uid.in_(study_instance_uids))).all()


def find_radiograph(session: Session, sha256: str) -> RadiographFile | None:
    """Return the radiograph with these bytes, with its case."""
    query = select(RadiographFile).where(RadiographFile.sha256 == sha256).options(joinedload(RadiographFile.case))
    return session.scalars(query).one_or_none()


def get_radiograph(session: Session, radiograph_id: UUID) -> RadiographFile | None:
    """Return a radiograph alone."""
    return session.get(RadiographFile, radiograph_id)


def radiographs_of_case(session: Session, case_id: UUID) -> Sequence[RadiographFile]:
    """Return a case's radiographs in the order they came."""
    query = (
        select(RadiographFile)
        .where(RadiographFile.case_id == case_id)
        .order_by(RadiographFile.received_at, RadiographFile.id)
    )
    return session.scalars(query).all()


def readings_of_radiographs(session: Session, radiograph_ids: Sequence[UUID]) -> Sequence[Reading]:
    """Return all readings of some radiographs, oldest first."""
    query = select(Reading).where(Reading.radiograph_id.in_(radiograph_ids)).order_by(Reading.queued_at, Reading.id)
    return session.scalars(query).all()


def readings_of_case(session: Session, case_id: UUID) -> Sequence[Reading]:
    """Return all readings of a case, oldest first."""
    query = (
        select(Reading)
        .join(RadiographFile)
        .where(RadiographFile.case_id == case_id)
        .order_by(Reading.queued_at, Reading.id)
    )
    return session.scalars(query).all()


def find_quarantined(session: Session, sha256: str, pipeline: str) -> Quarantined | None:
    """Return what is known of a file that ended its decoder under a version of the pixel pipeline."""
    return session.get(Quarantined, (sha256, pipeline))
