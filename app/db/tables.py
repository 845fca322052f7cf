"""All tables: cases, their radiographs with readings, annotations and reviews; and receipts of refused files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, UtcDateTime

STATUSES = ("queued", "running", "done", "refused", "failed")
FINDINGS = ("normal", "covid-19", "other", "indeterminate")
VERDICTS = ("agree", "disagree", "unsure")
IMPRESSIONS = ("covid-19", "other", "normal", "unsure")
ANNOTATION_KINDS = ("ruler", "angle", "cardiothoracic-ratio", "rectangle", "ellipse", "arrow")
CASE_STATES = ("waiting", "read", "flagged", "not-analysed")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Case(Base):
    """One study with its radiographs, or one file that belongs to no study; what the worklist lists.

    `priority`, `due_at`, `state`, `finding`, `probability` and `leading_reading_id` repeat what its readings say, so
    that the worklist is one indexed walk: they change in the transaction that changes a reading and nowhere else.
    `leading_reading_id` is the most urgent reading; it is no foreign key because the keys would form a ring. `verdict`
    and `reviewed_at` repeat the last review. `n_radiographs` and `n_not_analysed` count what the row stands for.

    `number` counts cases as they arrive: it parts equals in every order and is the row's key in the search.
    `priority` 1 comes before 2 and is never put back; `due_at` is where that puts the case among the others
    (`app/cases/order.py`). `probability` is -1 where there is none, because an order cannot be continued from a null.
    `search_words` is what the case is found by; triggers of the migrations bring it and the state into `case_search`
    and keep `case_counts`.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(_one_of("state", CASE_STATES), name="state"),
        CheckConstraint(f"verdict IS NULL OR {_one_of('verdict', VERDICTS)}", name="verdict"),
        CheckConstraint("priority BETWEEN 1 AND 2", name="priority"),
        CheckConstraint(f"finding IS NULL OR {_one_of('finding', FINDINGS)}", name="finding"),
        UniqueConstraint("number"),
        # One index for each order; what a view or finding asks beyond its first columns is read from the index itself.
        Index("ix_cases_queue", "is_reviewed", "due_at", "number", "state", "finding"),
        Index("ix_cases_newest", "is_reviewed", "received_at", "number", "state", "finding", "verdict"),
        Index("ix_cases_probability", "is_reviewed", "probability", "number", "state", "finding", "verdict"),
        Index("ix_cases_reviewed", "is_reviewed", "reviewed_at", "number", "finding", "verdict"),
        Index("ix_cases_all_newest", "received_at", "number", "finding"),
        Index("ix_cases_all_probability", "probability", "number", "finding"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int]
    study_instance_uid: Mapped[str | None] = mapped_column(String(64), unique=True)
    patient_id: Mapped[str | None] = mapped_column(String(64), index=True)
    patient_name: Mapped[str | None] = mapped_column(String(324))
    patient_sex: Mapped[str | None] = mapped_column(String(16))
    patient_age: Mapped[str | None] = mapped_column(String(4))
    accession_number: Mapped[str | None] = mapped_column(String(16))
    study_date: Mapped[str | None] = mapped_column(String(8))
    study_time: Mapped[str | None] = mapped_column(String(16))
    study_description: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    priority: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    finding: Mapped[str | None] = mapped_column(String(16))
    probability: Mapped[float] = mapped_column(Float)
    n_radiographs: Mapped[int]
    n_not_analysed: Mapped[int]
    search_words: Mapped[str] = mapped_column(Text)
    leading_reading_id: Mapped[UUID | None] = mapped_column(Uuid)
    is_reviewed: Mapped[bool]
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped[str | None] = mapped_column(String(8))

    radiographs: Mapped[list["RadiographFile"]] = relationship(
        back_populates="case", lazy="raise", order_by="RadiographFile.received_at, RadiographFile.id"
    )
    reviews: Mapped[list["Review"]] = relationship(
        back_populates="case", lazy="raise", order_by="Review.created_at.desc()"
    )


class CaseCount(Base):
    """How many cases there are of a kind; kept by triggers on `cases`, so that no page counts a million rows.

    An empty text stands for a null: keys hold none.
    """

    __tablename__ = "case_counts"

    is_reviewed: Mapped[bool] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16), primary_key=True)
    finding: Mapped[str] = mapped_column(String(16), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(8), primary_key=True)
    n: Mapped[int]


class RadiographFile(Base):
    """One decoded file: what its header says for the page; its bytes lie in the file store under their hash."""

    __tablename__ = "radiographs"
    __table_args__ = (UniqueConstraint("sha256"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    file_name: Mapped[str | None] = mapped_column(String(255))
    encoding: Mapped[str] = mapped_column(String(8))
    rows: Mapped[int]
    columns: Mapped[int]
    view_position: Mapped[str | None] = mapped_column(String(16))
    image_laterality: Mapped[str | None] = mapped_column(String(16))
    photometric_interpretation: Mapped[str] = mapped_column(String(16))
    spacing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    window: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cautions: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="radiographs", lazy="raise")
    readings: Mapped[list["Reading"]] = relationship(
        back_populates="radiograph", lazy="raise", order_by="Reading.queued_at.desc()"
    )


class Reading(Base):
    """One pass of one model version over one radiograph, with its whole provenance."""

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint(
            "radiograph_id", "model_name", "model_version", "model_sha256", name="uq_readings_radiograph_and_model"
        ),
        CheckConstraint(_one_of("status", STATUSES), name="status"),
        CheckConstraint(f"finding IS NULL OR {_one_of('finding', FINDINGS)}", name="finding"),
        CheckConstraint("(status = 'done') = (finding IS NOT NULL AND p_covid IS NOT NULL)", name="done_has_finding"),
        CheckConstraint("(status IN ('refused', 'failed')) = (reason_code IS NOT NULL)", name="reason"),
        Index("ix_readings_status", "status", "queued_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    radiograph_id: Mapped[UUID] = mapped_column(ForeignKey("radiographs.id"))
    model_name: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(32))
    model_sha256: Mapped[str] = mapped_column(String(64))
    pipeline: Mapped[str] = mapped_column(String(32))
    device: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    reason_code: Mapped[str | None] = mapped_column(String(64))
    reason_detail: Mapped[str | None] = mapped_column(Text)
    reason_measured: Mapped[float | None] = mapped_column(Float)
    reason_limit: Mapped[float | None] = mapped_column(Float)
    finding: Mapped[str | None] = mapped_column(String(16))
    flagged: Mapped[bool]
    p_covid: Mapped[float | None] = mapped_column(Float)
    p_normal: Mapped[float | None] = mapped_column(Float)
    p_other: Mapped[float | None] = mapped_column(Float)
    p_low: Mapped[float | None] = mapped_column(Float)
    p_high: Mapped[float | None] = mapped_column(Float)
    operating_point: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    other_threshold: Mapped[float | None] = mapped_column(Float)
    localization: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cam_png: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    cam_grid: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cautions: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    timings_ms: Mapped[dict[str, float]] = mapped_column(JSON)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    radiograph: Mapped[RadiographFile] = relationship(back_populates="readings", lazy="raise")


class Review(Base):
    """What a radiologist concluded about a case, beside the reading that was on the screen; never changed.

    `impression` is what was seen before the reading was shown; `None` where nobody was asked for it. Reviews of before
    it had a column hold it as the first line of their comment.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(_one_of("verdict", VERDICTS), name="verdict"),
        CheckConstraint(f"impression IS NULL OR {_one_of('impression', IMPRESSIONS)}", name="impression"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    reading_id: Mapped[UUID] = mapped_column(ForeignKey("readings.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(8))
    comment: Mapped[str] = mapped_column(Text)
    impression: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="reviews", lazy="raise")


class Annotation(Base):
    """What a reader drew on a radiograph, and goes with it; `points` are (x, y) in its stored pixels."""

    __tablename__ = "annotations"
    __table_args__ = (CheckConstraint(_one_of("kind", ANNOTATION_KINDS), name="kind"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    radiograph_id: Mapped[UUID] = mapped_column(ForeignKey("radiographs.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    points: Mapped[list[list[float]]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Receipt(Base):
    """All that is kept of a file that could not be decoded: when, how large, its hash and why."""

    __tablename__ = "receipts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))


class Quarantined(Base):
    """A file that ended its decoder, by its hash: not decoded again by the same pipeline within the same limits."""

    __tablename__ = "quarantine"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    pipeline: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    measured: Mapped[float | None] = mapped_column(Float)
    limit: Mapped[float | None] = mapped_column(Float)
    memory_limit: Mapped[int] = mapped_column(BigInteger)
    cpu_limit_s: Mapped[float] = mapped_column(Float)
    quarantined_at: Mapped[datetime] = mapped_column(UtcDateTime)
