"""SQL about readings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from app.db.tables import RadiographFile, Reading
from model.prediction import ModelInfo


def get_reading(session: Session, reading_id: UUID) -> Reading | None:
    """Return a reading with its radiograph."""
    query = select(Reading).where(Reading.id == reading_id).options(joinedload(Reading.radiograph))
    return session.scalars(query).one_or_none()


def get_cam(session: Session, reading_id: UUID) -> Reading | None:
    """Return a reading with the bytes of its map."""
    query = select(Reading).where(Reading.id == reading_id).options(undefer(Reading.cam_png))
    return session.scalars(query).one_or_none()


def get_readings(session: Session, reading_ids: Sequence[UUID]) -> Sequence[Reading]:
    """Return several readings with their radiographs and cases, in no particular order."""
    query = (
        select(Reading)
        .where(Reading.id.in_(reading_ids))
        .options(joinedload(Reading.radiograph).joinedload(RadiographFile.case))
    )
    return session.scalars(query).all()


def find_reading(session: Session, radiograph_id: UUID, model: ModelInfo) -> Reading | None:
    """Return the reading of a radiograph by exactly these weights."""
    query = select(Reading).where(
        Reading.radiograph_id == radiograph_id,
        Reading.model_name == model.name,
        Reading.model_version == model.version,
        Reading.model_sha256 == model.sha256,
    )
    return session.scalars(query).one_or_none()


def unfinished_readings(session: Session) -> Sequence[Reading]:
    """Return what is queued or was being read, oldest first, with radiographs and cases."""
    query = (
        select(Reading)
        .where(Reading.status.in_(("queued", "running")))
        .order_by(Reading.queued_at, Reading.id)
        .options(joinedload(Reading.radiograph).joinedload(RadiographFile.case))
    )
    return session.scalars(query).all()
