"""What the API and the pages say about cases and their radiographs."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.readings.schemas import ANSWER_EXAMPLE, CautionOut, ReadingOut, ReasonOut, Status
from app.reviews.schemas import ReviewOut, Verdict
from model.findings import Finding


class View(StrEnum):
    """Which cases the worklist shows. Reviewed cases leave the first three."""

    TO_REVIEW = "to-review"
    FLAGGED = "flagged"
    NOT_ANALYSED = "not-analysed"
    REVIEWED = "reviewed"
    ALL = "all"


class RowReviewOut(BaseModel):
    """The last review of a case."""

    verdict: Verdict
    created_at: datetime


_ROW_EXAMPLE: dict[str, Any] = {
    "case_id": ANSWER_EXAMPLE["case_id"],
    "radiograph_id": ANSWER_EXAMPLE["radiograph_id"],
    "reading_id": ANSWER_EXAMPLE["reading_id"],
    "label": "A20399",
    "patient_id": "P-0724",
    "file_name": "chest.dcm",
    "received_at": "2026-11-24T09:05:11.100Z",
    "view_position": "AP",
    "status": "done",
    "finding": "covid-19",
    "flagged": True,
    "probability": 0.91,
    "probability_range": [0.86, 0.94],
    "threshold": 0.37,
    "reason": None,
    "review": None,
    "thumbnail": "/radiographs/f3f0c1de-2b5f-4c43-8d6f-0a3c0ab7f3a1/thumbnail",
}


class CaseRow(BaseModel):
    """One row of the worklist: the case and its most urgent reading."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROW_EXAMPLE]})

    case_id: UUID
    radiograph_id: UUID
    reading_id: UUID
    label: str = Field(description="Accession number, or the first digits of the case's key.")
    patient_id: str | None
    file_name: str | None
    received_at: datetime
    view_position: str | None
    status: Status
    finding: Finding | None
    flagged: bool
    probability: float | None = Field(description="P(covid-19); null unless `done`.")
    probability_range: tuple[float, float] | None
    threshold: float | None = Field(description="P(covid-19) from which a reading is flagged.")
    reason: ReasonOut | None
    review: RowReviewOut | None
    thumbnail: str


class WorklistOut(BaseModel):
    """One page of the worklist: flagged first, longest waiting first."""

    cases: list[CaseRow]
    next: str | None = Field(description="Give it as `after` to get the next page; null on the last one.")
    counts: dict[View, int]


class PatientOut(BaseModel):
    """Who the study says it is of."""

    id: str | None
    name: str | None
    sex: str | None
    age: str | None


class StudyOut(BaseModel):
    """Header facts of the study, as text as sent."""

    date: str | None
    time: str | None
    accession_number: str | None
    description: str | None


class SpacingOut(BaseModel):
    """Distance of pixels, and whether it holds at the detector only."""

    row_mm: float
    column_mm: float
    at_detector: bool


class WindowOut(BaseModel):
    """The window the file asks for."""

    center: float
    width: float
    function: str


class RadiographLinksOut(BaseModel):
    """Where its pixels are."""

    pixels: str
    thumbnail: str
    file: str


class RadiographOut(BaseModel):
    """One radiograph with its latest reading."""

    radiograph_id: UUID
    case_id: UUID
    file_name: str | None
    rows: int
    columns: int
    encoding: str
    view_position: str | None
    image_laterality: str | None
    spacing: SpacingOut | None
    window: WindowOut | None
    photometric_interpretation: str
    cautions: list[CautionOut]
    links: RadiographLinksOut
    reading: ReadingOut


class NeighboursOut(BaseModel):
    """The cases before and after this one in the worklist's view."""

    previous: UUID | None
    next: UUID | None


class CaseOut(BaseModel):
    """A case with its radiographs, their latest readings and its reviews, newest review first."""

    case_id: UUID
    label: str
    patient: PatientOut | None
    study: StudyOut | None
    received_at: datetime
    radiographs: list[RadiographOut]
    reviews: list[ReviewOut]
    neighbours: NeighboursOut
