"""Annotations: what readers draw and measure on a radiograph. The viewer undoes and redoes.

The last version counts, unless its sender says which one it replaces: then one that the sender has not seen stays.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.annotations import queries
from app.annotations.schemas import AnnotationIn, AnnotationOut, Kind, Point, Seen
from app.db.tables import Annotation
from app.errors import ConflictError, InvalidRequestError, NotFoundError

MOST_ON_ONE_RADIOGRAPH = 200
"""Chosen: far beyond what a reader draws, and a bound for a program that does not stop."""


def list_annotations(session: Session, radiograph_id: UUID) -> list[AnnotationOut]:
    """Return a radiograph's annotations, oldest first.

    Raises:
        NotFoundError: there is no such radiograph.
    """
    _size(session, radiograph_id)
    return [_out(annotation) for annotation in queries.annotations_of(session, radiograph_id)]


def count_annotations(session: Session, radiograph_id: UUID) -> int:
    """Count a radiograph's annotations; none where there is no such radiograph."""
    return queries.count_of(session, radiograph_id)


def put_annotation(
    session: Session, radiograph_id: UUID, annotation_id: UUID, given: AnnotationIn, seen: Seen = None
) -> AnnotationOut:
    """Store an annotation, new or in place of what its key held; the same twice changes nothing.

    Raises:
        NotFoundError: there is no such radiograph.
        ConflictError: the key holds another version than the sender has seen.
        InvalidRequestError: a point outside the radiograph, the key of another radiograph's mark, or too many marks.
    """
    rows, columns = _size(session, radiograph_id)
    if any(point.x > columns or point.y > rows for point in given.points):
        raise InvalidRequestError(
            f"A point lies outside the {columns} × {rows} pixels of this radiograph. Draw it again."
        )
    now = datetime.now(UTC)
    annotation = queries.get_annotation(session, annotation_id)
    if annotation is not None and annotation.radiograph_id != radiograph_id:
        raise InvalidRequestError("This mark belongs to another radiograph. Nothing was stored. Open the case again.")
    if annotation is not None and (annotation.kind, annotation.points, annotation.text) == _content(given):
        return _out(annotation)  # sent again because the first answer was lost, which is no conflict with itself
    _refuse_unseen(annotation, seen)
    if annotation is None:
        if queries.count_of(session, radiograph_id) >= MOST_ON_ONE_RADIOGRAPH:
            raise InvalidRequestError(
                f"This radiograph has {MOST_ON_ONE_RADIOGRAPH} marks, the most it can have. Remove one first."
            )
        annotation = Annotation(id=annotation_id, radiograph_id=radiograph_id, created_at=now)
        session.add(annotation)
    annotation.kind, annotation.points, annotation.text = _content(given)
    annotation.updated_at = now
    session.flush()
    return _out(annotation)


def remove_annotation(session: Session, radiograph_id: UUID, annotation_id: UUID, seen: Seen = None) -> None:
    """Remove an annotation; one that is not there is removed already.

    Raises:
        NotFoundError: there is no such radiograph.
        ConflictError: the key holds another version than the sender has seen.
    """
    _size(session, radiograph_id)
    annotation = queries.get_annotation(session, annotation_id)
    if annotation is not None and annotation.radiograph_id == radiograph_id:
        _refuse_unseen(annotation, seen)
        session.delete(annotation)
        session.flush()


def _content(given: AnnotationIn) -> tuple[str, list[list[float]], str]:
    """Return kind, points and text as they are stored."""
    return given.kind, [[point.x, point.y] for point in given.points], given.text.strip()


def _refuse_unseen(annotation: Annotation | None, seen: Seen) -> None:
    if seen is not None and seen != ("nothing" if annotation is None else annotation.updated_at):
        raise ConflictError(
            "This mark was changed or removed elsewhere. Nothing was stored. Fetch it and make your change again."
        )


def _size(session: Session, radiograph_id: UUID) -> tuple[int, int]:
    size = queries.size_of_radiograph(session, radiograph_id)
    if size is None:
        raise NotFoundError("radiograph", radiograph_id)
    return size


def _out(annotation: Annotation) -> AnnotationOut:
    return AnnotationOut(
        id=annotation.id,
        radiograph_id=annotation.radiograph_id,
        kind=Kind(annotation.kind),
        points=[Point(x=x, y=y) for x, y in annotation.points],
        text=annotation.text,
        created_at=annotation.created_at,
        updated_at=annotation.updated_at,
    )
