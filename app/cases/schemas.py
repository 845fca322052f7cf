"""What the API and the pages say about cases and their radiographs."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.readings.schemas import ANSWER_EXAMPLE, CautionOut, ReadingOut, ReasonOut, Status
from app.reviews.schemas import ReviewOut, Verdict
from model.findings import Finding


class View(StrEnum):
    """Which cases the worklist shows. Reviewed cases leave the first three; discordant ones are reviewed otherwise."""

    TO_REVIEW = "to-review"
    FLAGGED = "flagged"
    NOT_ANALYSED = "not-analysed"
    DISCORDANT = "discordant"
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
    "n_radiographs": 1,
    "n_not_analysed": 0,
    "status": "done",
    "finding": "covid-19",
    "flagged": True,
    "probability": 0.91,
    "probability_range": [0.86, 0.94],
    "threshold": 0.37,
    "other_threshold": None,
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
    n_radiographs: int
    n_not_analysed: int = Field(description="How many of them were refused or failed.")
    status: Status
    finding: Finding | None
    flagged: bool
    probability: float | None = Field(description="P(covid-19); null unless `done`.")
    probability_range: tuple[float, float] | None
    threshold: float | None = Field(description="P(covid-19) from which a reading is flagged.")
    other_threshold: float | None = Field(
        description="P(other) from which a reading is flagged, where that flagged this one; null elsewhere."
    )
    reason: ReasonOut | None
    review: RowReviewOut | None
    thumbnail: str


class WorklistOut(BaseModel):
    """One page of the worklist."""

    cases: list[CaseRow]
    next: str | None = Field(description="Give it as `after` to get the next page; null on the last one.")
    found: int | None = Field(description="Cases that a search found; null without one.")
    is_cut: bool = Field(
        description="The search found more: its cases come newest first, whatever the order asked for."
    )
    counts: dict[View, int]
    findings: dict[Finding, int] = Field(description="Cases of this view by finding.")
    received: dict[str, int] = Field(description="Cases of this view by how recently they were received.")


class SearchIn(BaseModel):
    """What a person types to find a case."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"words": "A20399"}]})

    words: str = Field(max_length=1000, description="Beginnings of words: accession number, patient, date, state.")


class SearchOut(BaseModel):
    """A search under a key that says nothing about a patient."""

    search: str | None = Field(description="Give it as `search` to list what it finds; null for an empty search.")


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
    modality: str
    grayscale: str
    thumbnail: str
    file: str


class VoiWindowOut(BaseModel):
    """The window that a radiograph is shown through at first, in modality units."""

    kind: Literal["window"] = "window"
    function: str = Field(description="LINEAR, LINEAR_EXACT or SIGMOID, as DICOM defines them.")
    center: float
    width: float
    low: float = Field(description="Modality value at the lower end of the window's slope.")
    high: float = Field(description="Modality value at its upper end.")
    is_given: bool = Field(True, description="Whether the file or its pixels gave a window; else the whole range.")


class VoiLutOut(BaseModel):
    """The table (VOI LUT Sequence) that a radiograph is shown through at first."""

    kind: Literal["lut"] = "lut"
    low: float = Field(description="Modality value of the first entry.")
    high: float = Field(description="Modality value of the last entry.")
    entries: list[int] = Field(description="65535 = white before polarity.")


class StoredOut(BaseModel):
    """How stored values became modality values: slope * stored + intercept."""

    slope: float
    intercept: float


class GrayscaleOut(BaseModel):
    """How the values of `modality` become what is shown.

    Modality value = low + step * value. The window or table, then polarity; padding is black.
    """

    rows: int
    columns: int
    low: float
    step: float
    levels: int = Field(description="Values run from 0 to levels - 1.")
    is_inverted: bool = Field(description="MONOCHROME1: white and black change places after the window or table.")
    padding: tuple[float, float] | None = Field(description="Inclusive range of modality values outside the image.")
    voi: VoiWindowOut | VoiLutOut = Field(discriminator="kind")
    pixel_aspect_ratio: float = Field(description="Height of a pixel over its width; the picture is stretched by it.")
    stored: StoredOut | None = Field(description="Null where a Modality LUT was used, which cannot be turned back.")


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


class PriorOut(BaseModel):
    """An earlier radiograph of the same patient; `status` and `cautions` are those of its latest reading."""

    radiograph_id: UUID
    case_id: UUID
    rows: int
    columns: int
    view_position: str | None
    study_date: str | None
    study_time: str | None
    received_at: datetime
    modality: str
    grayscale: str
    status: Status
    cautions: list[CautionOut]


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
