"""Reviews for programs and for the viewer."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks

from app.reviews import service
from app.reviews.schemas import ReviewIn, ReviewOut
from app.web.answers import problem_responses
from app.web.deps import PartsDep, WriteSession

router = APIRouter(tags=["cases"])


@router.post(
    "/cases/{case_id}/reviews", name="add_review", status_code=201, responses=problem_responses(404, 409, 422, 503)
)
def add_review(
    session: WriteSession, parts: PartsDep, after: BackgroundTasks, case_id: UUID, review: ReviewIn
) -> ReviewOut:
    """Store what a radiologist concluded. Reviews are added, never changed; the last one counts."""
    after.add_task(parts.broadcaster.announce_list, case_id)  # once it is committed and answered
    return service.add_review(session, case_id, review)
