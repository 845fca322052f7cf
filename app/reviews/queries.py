"""SQL about reviews."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.tables import Case, RadiographFile, Reading, Review


def case_of_reading(session: Session, reading_id: UUID) -> UUID | None:
    """Return the case that a reading belongs to."""
    query = select(RadiographFile.case_id).join(Reading).where(Reading.id == reading_id)
    return session.scalars(query).one_or_none()


def has_case(session: Session, case_id: UUID) -> bool:
    """Tell whether there is such a case."""
    return session.scalar(select(Case.id).where(Case.id == case_id)) is not None


def reviews_of_case(session: Session, case_id: UUID) -> Sequence[Review]:
    """Return a case's reviews, newest first."""
    query = select(Review).where(Review.case_id == case_id).order_by(Review.created_at.desc(), Review.id)
    return session.scalars(query).all()


def mark_reviewed(session: Session, case_id: UUID, *, verdict: str, at: datetime) -> None:
    """Let a case leave the list of those to review."""
    session.execute(update(Case).where(Case.id == case_id).values(is_reviewed=True, verdict=verdict, reviewed_at=at))
