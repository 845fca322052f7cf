"""Annotations for programs and for the viewer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.annotations import service
from app.annotations.schemas import AnnotationIn, AnnotationOut, Seen
from app.web.answers import problem_responses
from app.web.deps import ReadSession, WriteSession

router = APIRouter(tags=["radiographs"])

SeenQuery = Annotated[
    Seen,
    Query(
        description="What you have seen under this key: `updated_at` of a version, or `nothing`. Where another version "
        "is stored, it stays and the answer is 409. Without it the last sender wins."
    ),
]


@router.get("/radiographs/{radiograph_id}/annotations", name="list_annotations", responses=problem_responses(404, 422))
def list_annotations(session: ReadSession, radiograph_id: UUID) -> list[AnnotationOut]:
    """List what readers drew on a radiograph, oldest first."""
    return service.list_annotations(session, radiograph_id)


@router.put(
    "/radiographs/{radiograph_id}/annotations/{annotation_id}",
    name="put_annotation",
    responses=problem_responses(404, 409, 422, 503),
)
def put_annotation(
    session: WriteSession, radiograph_id: UUID, annotation_id: UUID, annotation: AnnotationIn, seen: SeenQuery = None
) -> AnnotationOut:
    """Store a mark under a key that the sender chose; sent again it replaces itself."""
    return service.put_annotation(session, radiograph_id, annotation_id, annotation, seen)


@router.delete(
    "/radiographs/{radiograph_id}/annotations/{annotation_id}",
    name="remove_annotation",
    status_code=204,
    responses=problem_responses(404, 409, 422, 503),
)
def remove_annotation(session: WriteSession, radiograph_id: UUID, annotation_id: UUID, seen: SeenQuery = None) -> None:
    """Remove a mark. Storing it again under the same key brings it back."""
    service.remove_annotation(session, radiograph_id, annotation_id, seen)
