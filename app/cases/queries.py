"""SQL about cases, their radiographs and the worklist's order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.cases.schemas import View
from app.db.tables import Case, RadiographFile, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one row of the worklist is made of."""

    case: Case
    radiograph: RadiographFile
    reading: Reading


Position = tuple[Any, ...]
"""Values of a view's sort columns for one case."""

_URGENT_FIRST = (Case.is_reviewed, Case.priority, Case.received_at, Case.id)
_LATEST_REVIEW_FIRST = (Case.reviewed_at, Case.id)


def worklist(session: Session, view: View, *, finding: str | None, after: Position | None, limit: int) -> Sequence[Row]:
    """Return rows of a view in its order, those after a position, in one query."""
    query = (
        select(Case, RadiographFile, Reading)
        .join(Reading, Reading.id == Case.leading_reading_id)
        .join(RadiographFile, RadiographFile.id == Reading.radiograph_id)
        .where(*_of_view(view))
        .order_by(*_order(view))
        .limit(limit)
    )
    if finding:
        query = query.where(Reading.finding == finding)
    if after:
        query = query.where(_behind(view, after))
    return [
        Row(case=case, radiograph=radiograph, reading=reading) for case, radiograph, reading in session.execute(query)
    ]


def position(case: Case, view: View) -> Position:
    """Return where a case stands in a view; one that has left the view stands where it would be."""
    if view is View.REVIEWED:
        return case.reviewed_at or case.received_at, case.id
    is_reviewed = case.is_reviewed if view is View.ALL else False
    return is_reviewed, case.priority, case.received_at, case.id


def neighbour(session: Session, case: Case, view: View, *, finding: str | None = None, is_next: bool) -> UUID | None:
    """Return the case after or before this one in a view's order, among those of a finding where one is given."""
    at = position(case, view)
    where = _behind(view, at) if is_next else _before(view, at)
    order = _order(view) if is_next else _reversed(view)
    query = select(Case.id).where(*_of_view(view), where, Case.id != case.id).order_by(*order).limit(1)
    if finding:
        query = query.join(Reading, Reading.id == Case.leading_reading_id).where(Reading.finding == finding)
    return session.scalars(query).one_or_none()


def counts(session: Session) -> dict[View, int]:
    """Count the cases of every view."""
    query = select(Case.is_reviewed, Case.state, func.count()).group_by(Case.is_reviewed, Case.state)
    totals = dict.fromkeys(View, 0)
    for is_reviewed, state, n in session.execute(query):
        totals[View.ALL] += n
        totals[View.REVIEWED if is_reviewed else View.TO_REVIEW] += n
        if not is_reviewed and state in (View.FLAGGED, View.NOT_ANALYSED):
            totals[View(state)] += n
    return totals


def get_case(session: Session, case_id: UUID) -> Case | None:
    """Return a case alone."""
    return session.get(Case, case_id)


def find_study(session: Session, study_instance_uid: str) -> Case | None:
    """Return the case of a study."""
    return session.scalars(select(Case).where(Case.study_instance_uid == study_instance_uid)).one_or_none()


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


def _of_view(view: View) -> tuple[ColumnElement[bool], ...]:
    match view:
        case View.ALL:
            return ()
        case View.REVIEWED:
            return (Case.is_reviewed.is_(True),)
        case View.TO_REVIEW:
            return (Case.is_reviewed.is_(False),)
        case View.FLAGGED | View.NOT_ANALYSED:
            return (Case.is_reviewed.is_(False), Case.state == view.value)


def _columns(view: View) -> tuple[Any, ...]:
    return _LATEST_REVIEW_FIRST if view is View.REVIEWED else _URGENT_FIRST


def _order(view: View) -> tuple[Any, ...]:
    if view is View.REVIEWED:
        return tuple(column.desc() for column in _columns(view))
    return _columns(view)


def _reversed(view: View) -> tuple[Any, ...]:
    if view is View.REVIEWED:
        return _columns(view)
    return tuple(column.desc() for column in _columns(view))


def _behind(view: View, at: Position) -> ColumnElement[bool]:
    here, there = _compare(view, at)
    found: ColumnElement[bool] = here < there if view is View.REVIEWED else here > there
    return found


def _before(view: View, at: Position) -> ColumnElement[bool]:
    here, there = _compare(view, at)
    found: ColumnElement[bool] = here > there if view is View.REVIEWED else here < there
    return found


def _compare(view: View, at: Position) -> tuple[Any, Any]:
    columns = _columns(view)
    values = [literal(value, column.type) for value, column in zip(at, columns, strict=True)]
    return tuple_(*columns), tuple_(*values)
