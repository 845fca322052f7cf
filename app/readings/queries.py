"""SQL about readings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, undefer

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


def latest_concluded(session: Session, *, limit: int | None) -> Sequence[Reading]:
    """Return the latest `done` or `refused` reading of each radiograph with its radiograph, newest radiograph first."""
    later = aliased(Reading)
    is_answered = Reading.status.in_(("done", "refused"))
    has_later = exists().where(
        later.radiograph_id == Reading.radiograph_id,
        later.status.in_(("done", "refused")),
        tuple_(later.queued_at, later.id) > tuple_(Reading.queued_at, Reading.id),
    )
    query = (
        select(Reading)
        .join(Reading.radiograph)
        .where(is_answered, ~has_later)
        .order_by(RadiographFile.received_at.desc(), RadiographFile.id.desc())
        .limit(limit)
        .options(contains_eager(Reading.radiograph))
    )
    return session.scalars(query).all()
