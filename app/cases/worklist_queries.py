"""SQL of the worklist: its order, its pages, its counts, its search. Made to be quick among a million cases.

Three ways lead to a page. Usually the index of the order is walked until the page is full. What is searched for, or
rare, is taken from the full-text index, which is asked once, and sorted: exact up to `MOST_SORTED` cases. What is
searched for and common comes straight from the full-text index, newest first, whatever order was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, column, func, literal, literal_column, select, table, tuple_
from sqlalchemy.orm import Session, load_only

from app.cases.listing import REVIEWED_VIEWS, Listing, Received, Sort
from app.cases.schemas import View
from app.cases.search import match_expression
from app.db.tables import Case, CaseCount, RadiographFile, Reading
from app.reviews.schemas import Verdict
from model.findings import Finding

MOST_SORTED = 2000
"""Chosen: so many cases are looked up and sorted within a few hundredths of a second."""

SPANS = {Received.DAY: timedelta(days=1), Received.WEEK: timedelta(days=7)}

_SEARCH = table("case_search", column("rowid", Integer))

_ROW = (
    load_only(
        Case.number,
        Case.patient_id,
        Case.accession_number,
        Case.received_at,
        Case.due_at,
        Case.probability,
        Case.n_radiographs,
        Case.n_not_analysed,
        Case.is_reviewed,
        Case.reviewed_at,
        Case.verdict,
        raiseload=True,
    ),
    load_only(RadiographFile.file_name, RadiographFile.view_position, raiseload=True),
    load_only(
        Reading.status,
        Reading.reason_code,
        Reading.reason_detail,
        Reading.reason_measured,
        Reading.reason_limit,
        Reading.finding,
        Reading.flagged,
        Reading.p_covid,
        Reading.p_low,
        Reading.p_high,
        Reading.operating_point,
        Reading.other_threshold,
        raiseload=True,
    ),
)
"""What a row tells and is ordered by. Turning the rest of three tables into objects would cost more than finding it,
and what a reading holds behind its map lies on pages of its own."""

Position = tuple[Any, ...]
"""Values of a list's sort columns for one case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one row of the worklist is made of; of each only what `_ROW` names."""

    case: Case
    radiograph: RadiographFile
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a list is walked.

    Attributes:
        columns: What it is sorted by; the last one parts equals.
        is_descending: Whether the greatest comes first.
        numbers: Query for the keys of its cases, not yet sorted or continued.
        found: Cases found by a search, at most `MOST_SORTED` + 1; `None` without a search.
        newest: Keys that a cut search begins with, so that its first page need not ask again.
    """

    columns: tuple[Any, ...]
    is_descending: bool
    numbers: Select[Any]
    found: int | None = None
    newest: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases there are.

    Attributes:
        views: In every view.
        findings: In the view at hand, by finding.
        received: In the view at hand, by span.
    """

    views: dict[View, int]
    findings: dict[Finding, int]
    received: dict[Received, int]


def plan(session: Session, listing: Listing, *, now: datetime | None = None) -> Plan:
    """Choose how to walk a list."""
    first = _first_number(session, listing.received, now or datetime.now(UTC))
    match = match_expression(listing)
    if match and (listing.words or _is_rare(session, listing)):
        hits = select(_SEARCH.c.rowid).where(literal_column("case_search").op("MATCH")(match))
        if first is not None:
            hits = hits.where(_SEARCH.c.rowid >= first)
        found = session.scalars(hits.order_by(_SEARCH.c.rowid.desc()).limit(MOST_SORTED + 1)).all()
        if len(found) > MOST_SORTED:
            return Plan(columns=(_SEARCH.c.rowid,), is_descending=True, numbers=hits, found=len(found), newest=found)
        columns, is_descending = _order(listing)
        return Plan(
            columns=columns,
            is_descending=is_descending,
            numbers=select(Case.number).where(Case.number.in_(found)),
            found=len(found) if listing.words else None,
        )
    columns, is_descending = _order(listing)
    numbers = select(Case.number).where(*_conditions(listing))
    if first is not None:
        numbers = numbers.where(Case.number >= first)
    return Plan(columns=columns, is_descending=is_descending, numbers=numbers)


def page(session: Session, chosen: Plan, *, after: Position | None, limit: int) -> Sequence[Row]:
    """Return rows of a list in its order, those after a position, in one query."""
    if after is None and limit <= len(chosen.newest):
        first = select(Case.number).where(Case.number.in_(chosen.newest[:limit]))
        chosen = replace(chosen, columns=(Case.number,), numbers=first)
    keys = _continued(chosen, after, is_forward=True).limit(limit).subquery()
    key = keys.c[0]
    query = (
        select(Case, RadiographFile, Reading)
        .join(keys, key == Case.number)
        .join(Reading, Reading.id == Case.leading_reading_id)
        .join(RadiographFile, RadiographFile.id == Reading.radiograph_id)
        .options(*_ROW)
        .order_by(*_sorted([_of_case(each) for each in chosen.columns], is_descending=chosen.is_descending))
    )
    return [
        Row(case=case, radiograph=radiograph, reading=reading) for case, radiograph, reading in session.execute(query)
    ]


def position(case: Case, chosen: Plan) -> Position:
    """Return where a case stands in a list; one that has left the list stands where it would be."""
    values = {each.key: getattr(case, _of_case(each).key) for each in chosen.columns}
    if "reviewed_at" in values and values["reviewed_at"] is None:
        values["reviewed_at"] = case.received_at
    return tuple(values.values())


def neighbour(session: Session, case: Case, chosen: Plan, *, is_next: bool) -> UUID | None:
    """Return the case after or before this one in a list's order."""
    keys = _continued(chosen, position(case, chosen), is_forward=is_next).limit(1).subquery()
    return session.scalars(select(Case.id).join(keys, keys.c[0] == Case.number)).one_or_none()


def next_number(session: Session) -> int:
    """Return the number of a case that is about to be stored; the writer holds the database alone."""
    return (session.scalar(select(func.max(Case.number))) or 0) + 1


def counts(session: Session, view: View, *, now: datetime | None = None) -> Counts:
    """Count every view, and the findings and spans of one."""
    views = dict.fromkeys(View, 0)
    findings = dict.fromkeys(Finding, 0)
    for kind in session.scalars(select(CaseCount)):
        belongs = _views_of(kind)
        for each in belongs:
            views[each] += kind.n
        if kind.finding and view in belongs:
            findings[Finding(kind.finding)] += kind.n
    since = {span: (now or datetime.now(UTC)) - length for span, length in SPANS.items()}
    received = {span: _count_since(session, view, moment) for span, moment in since.items()}
    return Counts(views=views, findings=findings, received=received)


def _views_of(kind: CaseCount) -> set[View]:
    belongs = {View.ALL}
    if kind.is_reviewed:
        belongs.add(View.REVIEWED)
        if kind.verdict == Verdict.DISAGREE:
            belongs.add(View.DISCORDANT)
    else:
        belongs.add(View.TO_REVIEW)
        if kind.state in (View.FLAGGED, View.NOT_ANALYSED):
            belongs.add(View(kind.state))
    return belongs


def _count_since(session: Session, view: View, moment: datetime) -> int:
    conditions = _conditions(Listing(view=view))
    return session.scalar(select(func.count()).where(Case.received_at >= moment, *conditions)) or 0


def _first_number(session: Session, received: Received | None, now: datetime) -> int | None:
    """Return the number of the first case of a span; numbers follow arrival."""
    if received is None:
        return None
    earliest = select(Case.number).where(Case.received_at >= now - SPANS[received]).order_by(Case.received_at).limit(1)
    number = session.scalar(earliest)
    return next_number(session) if number is None else number


def _is_rare(session: Session, listing: Listing) -> bool:
    """Tell whether a list is so short, or so recent, that sorting it is less than walking to it."""
    if listing.received is not None:
        return True
    total = sum(
        kind.n
        for kind in session.scalars(select(CaseCount))
        if listing.view in _views_of(kind) and listing.finding in (None, kind.finding)
    )
    return total <= MOST_SORTED


def _conditions(listing: Listing) -> tuple[ColumnElement[bool], ...]:
    """Say what belongs to a view and finding, in columns that the indexes of the orders hold."""
    conditions: list[ColumnElement[bool]] = []
    if listing.view is not View.ALL:
        conditions.append(Case.is_reviewed.is_(listing.view in REVIEWED_VIEWS))
    if listing.view in (View.FLAGGED, View.NOT_ANALYSED):
        conditions.append(Case.state == listing.view.value)
    if listing.view is View.DISCORDANT:
        conditions.append(Case.verdict == Verdict.DISAGREE.value)
    if listing.finding:
        conditions.append(Case.finding == listing.finding.value)
    return tuple(conditions)


def _order(listing: Listing) -> tuple[tuple[Any, ...], bool]:
    match listing.order:
        case Sort.QUEUE:
            first = (Case.is_reviewed,) if listing.view is View.ALL else ()
            return (*first, Case.due_at, Case.number), False
        case Sort.REVIEWED:
            return (Case.reviewed_at, Case.number), True
        case Sort.NEWEST:
            return (Case.received_at, Case.number), True
        case Sort.PROBABILITY:
            return (Case.probability, Case.number), True


def _continued(chosen: Plan, at: Position | None, *, is_forward: bool) -> Select[Any]:
    """Sort a list and begin it behind a position, or before it and backwards."""
    is_descending = chosen.is_descending is is_forward
    query = chosen.numbers.order_by(*_sorted(chosen.columns, is_descending=is_descending))
    if at is None:
        return query
    here = tuple_(*chosen.columns)
    there = tuple_(*(literal(value, each.type) for value, each in zip(at, chosen.columns, strict=True)))
    return query.where(here < there if is_descending else here > there)


def _sorted(columns: Sequence[Any], *, is_descending: bool) -> list[Any]:
    return [each.desc() if is_descending else each for each in columns]


def _of_case(each: Any) -> Any:
    """Return the column of `cases` that a sort column stands for; the search index is keyed by number."""
    return Case.number if each is _SEARCH.c.rowid else each
