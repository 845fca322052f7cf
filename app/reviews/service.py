"""Reviews: what a radiologist concluded, stored beside the reading and never over it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.db.tables import Review
from app.errors import ConflictError, InvalidRequestError, NotFoundError
from app.reviews import queries
from app.reviews.schemas import Impression, ReviewIn, ReviewOut, Verdict


def add_review(session: Session, case_id: UUID, given: ReviewIn) -> ReviewOut:
    """Store a review; the case leaves the list of those to review.

    Raises:
        NotFoundError: there is no such case.
        InvalidRequestError: the reading belongs to another case, or there is none.
        ConflictError: another review came after the one that was on the screen.
    """
    if not queries.has_case(session, case_id):
        raise NotFoundError("case", case_id)
    if queries.case_of_reading(session, given.reading_id) != case_id:
        raise InvalidRequestError("The reading does not belong to this case. Nothing was stored. Open the case again.")
    if "after" in given.model_fields_set:
        _check_after(session, case_id, given.after)
    now = datetime.now(UTC)
    review = Review(
        id=uuid4(),
        case_id=case_id,
        reading_id=given.reading_id,
        verdict=given.verdict,
        comment=given.comment.strip(),
        impression=given.impression,
        created_at=now,
    )
    session.add(review)
    queries.mark_reviewed(session, case_id, verdict=given.verdict, at=now)
    session.flush()
    return _out(review)


def _check_after(session: Session, case_id: UUID, seen: UUID | None) -> None:
    latest = next(iter(queries.reviews_of_case(session, case_id)), None)
    if latest is not None and latest.id != seen:
        raise ConflictError(
            "This case was signed while it was open here. Nothing was stored and what you wrote is kept. Look at that "
            "review, then sign again."
        )


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
        impression=None if review.impression is None else Impression(review.impression),
        created_at=review.created_at,
    )
