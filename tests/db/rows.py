"""Rows for database tests, with what a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.cases.service import settle_case
from app.cases.worklist_queries import next_number
from app.db.tables import Case, RadiographFile, Reading

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def add_case(
    session: Session,
    *,
    minutes: int = 0,
    status: str = "done",
    flagged: bool = False,
    is_reviewed: bool = False,
    finding: str | None = None,
    p_covid: float | None = None,
    **header: str,
) -> Case:
    """Add a case with one radiograph and one reading, received `minutes` after `START`."""
    at = START + timedelta(minutes=minutes)
    case = Case(
        id=uuid4(),
        number=next_number(session),
        received_at=at,
        priority=2,
        due_at=at,
        state="waiting",
        probability=-1.0,
        n_radiographs=0,
        n_not_analysed=0,
        search_words="",
        is_reviewed=False,
        reviewed_at=None,
        **header,
    )
    session.add(case)
    session.flush()
    radiograph = add_radiograph(session, case.id, at=at)
    chosen = {} if p_covid is None else {"p_covid": p_covid}
    add_reading(session, radiograph.id, status=status, flagged=flagged, finding=finding, at=at, **chosen)
    settle_case(session, case)
    if is_reviewed:
        case.is_reviewed, case.reviewed_at, case.verdict = True, at, "agree"
    session.flush()
    return case


def add_radiograph(session: Session, case_id: UUID, *, at: datetime = START) -> RadiographFile:
    """Add a radiograph."""
    radiograph = RadiographFile(
        id=uuid4(),
        case_id=case_id,
        sha256=uuid4().hex * 2,
        size=1,
        encoding="png",
        rows=10,
        columns=10,
        photometric_interpretation="MONOCHROME2",
        cautions=[],
        received_at=at,
    )
    session.add(radiograph)
    session.flush()
    return radiograph


def add_reading(
    session: Session,
    radiograph_id: UUID,
    *,
    status: str = "done",
    flagged: bool = False,
    finding: str | None = None,
    at: datetime = START,
    **values: Any,
) -> Reading:
    """Add a reading."""
    is_done = status == "done"
    fields: dict[str, Any] = {
        "id": uuid4(),
        "radiograph_id": radiograph_id,
        "model_name": "fake",
        "model_version": "1",
        "model_sha256": "1" * 64,
        "pipeline": "1",
        "status": status,
        "attempts": 0 if status == "queued" else 1,
        "reason_code": "BLANK" if status in ("refused", "failed") else None,
        "finding": (finding or ("covid-19" if flagged else "normal")) if is_done else None,
        "flagged": flagged,
        "p_covid": (0.9 if flagged else 0.1) if is_done else None,
        "p_normal": 0.1 if is_done else None,
        "p_other": 0.0 if is_done else None,
        "cautions": [],
        "timings_ms": {},
        "queued_at": at,
        "finished_at": None if status in ("queued", "running") else at,
    }
    reading = Reading(**(fields | values))
    session.add(reading)
    session.flush()
    return reading
