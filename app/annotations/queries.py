"""SQL about annotations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import Annotation, RadiographFile


def size_of_radiograph(session: Session, radiograph_id: UUID) -> tuple[int, int] | None:
    """Return rows and columns of a radiograph, or `None` where there is none."""
    query = select(RadiographFile.rows, RadiographFile.columns).where(RadiographFile.id == radiograph_id)
    found = session.execute(query).one_or_none()
    return None if found is None else (found.rows, found.columns)


def annotations_of(session: Session, radiograph_id: UUID) -> Sequence[Annotation]:
    """Return a radiograph's annotations, oldest first."""
    query = (
        select(Annotation)
        .where(Annotation.radiograph_id == radiograph_id)
        .order_by(Annotation.created_at, Annotation.id)
    )
    return session.scalars(query).all()


def count_of(session: Session, radiograph_id: UUID) -> int:
    """Count a radiograph's annotations."""
    query = select(func.count()).select_from(Annotation).where(Annotation.radiograph_id == radiograph_id)
    return session.scalars(query).one()


def get_annotation(session: Session, annotation_id: UUID) -> Annotation | None:
    """Return an annotation alone."""
    return session.get(Annotation, annotation_id)
