"""Reviews: what a radiologist concluded, stored beside the reading and never over it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.db.tables import Review
from app.errors import InvalidRequestError, NotFoundError
from app.reviews import queries
from app.reviews.schemas import ReviewIn, ReviewOut, Verdict


def add_review(session: Session, case_id: UUID, given: ReviewIn) -> ReviewOut:
    """Store a review; the case leaves the list of those to review.

    Raises:
        NotFoundError: there is no such case.
        InvalidRequestError: the reading belongs to another case, or there is none.
    """
    if not queries.has_case(session, case_id):
        raise NotFoundError("case", case_id)
    if queries.case_of_reading(session, given.reading_id) != case_id:
        raise InvalidRequestError("The reading does not belong to this case. Nothing was stored. Open the case again.")
    now = datetime.now(UTC)
    review = Review(
        id=uuid4(),
        case_id=case_id,
        reading_id=given.reading_id,
        verdict=given.verdict,
        comment=given.comment.strip(),
        created_at=now,
    )
    session.add(review)
    queries.mark_reviewed(session, case_id, verdict=given.verdict, at=now)
    session.flush()
    return _out(review)


def list_reviews(session: Session, case_id: UUID) -> list[ReviewOut]:
    """Return a case's reviews, newest first."""
    return [_out(review) for review in queries.reviews_of_case(session, case_id)]


def _out(review: Review) -> ReviewOut:
    return ReviewOut(
        review_id=review.id,
        case_id=review.case_id,
        reading_id=review.reading_id,
        verdict=Verdict(review.verdict),
        comment=review.comment,
        created_at=review.created_at,
    )
