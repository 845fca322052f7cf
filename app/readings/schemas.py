"""What the API says about readings."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.annotations.schemas import Coordinate
from model.findings import Finding, Zone


class Status(StrEnum):
    """State of a reading. `refused` and `failed` carry a reason and mean: not analysed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class OperatingPointOut(BaseModel):
    """The threshold in force, and the sensitivity and specificity it had on the set it was fixed on."""

    name: str
    threshold: float = Field(ge=0, le=1)
    sensitivity: float = Field(ge=0, le=1)
    specificity: float = Field(ge=0, le=1)
    set: str


class ZoneShareOut(BaseModel):
    """Share of the map's evidence in one lung zone; sides are the patient's."""

    zone: Zone
    share: float = Field(ge=0, le=1)


class LocalizationOut(BaseModel):
    """Where the evidence lies, in pixels of the stored radiograph; (0, 0) is the upper left corner."""

    peak: tuple[float, float] | None
    zones: list[ZoneShareOut]
    boxes: list[tuple[float, float, float, float]]
    box_zones: list[Zone | None] = Field(
        default=[],
        description="The zone that each box belongs to; null outside the lungs. Empty in readings of before.",
    )


class CautionOut(BaseModel):
    """Something to know about a radiograph that was read all the same."""

    code: str
    detail: str


class ModelOut(BaseModel):
    """Which weights read it."""

    name: str
    version: str
    sha256: str


class LinksOut(BaseModel):
    """Where to go from here."""

    viewer: str
    cam: str
    pixels: str
    reading: str


class ReasonOut(BaseModel):
    """Why a radiograph was not analysed."""

    code: str
    detail: str
    measured: float | None = None
    limit: float | None = None


class CamOut(BaseModel):
    """The class activation map: `rows` × `columns` cells that tile `placement` edge to edge."""

    placement: tuple[float, float, float, float]
    rows: int
    columns: int
    href: str


ANSWER_EXAMPLE: dict[str, Any] = {
    "case_id": "5d1b6f0e-7c0f-4f6e-9b61-0c4a3f7a3a10",
    "radiograph_id": "f3f0c1de-2b5f-4c43-8d6f-0a3c0ab7f3a1",
    "reading_id": "0b8f5a52-5f0b-4f0c-9d58-5a9e8c2f7a77",
    "duplicate": False,
    "status": "done",
    "finding": "covid-19",
    "flagged": True,
    "probabilities": {"covid-19": 0.91, "normal": 0.05, "other": 0.04},
    "operating_point": {
        "name": "validation-sensitivity-90",
        "threshold": 0.37,
        "sensitivity": 0.9,
        "specificity": 0.88,
        "set": "validation, fold 0",
    },
    "localization": {
        "peak": [612.0, 1480.5],
        "zones": [
            {"zone": "right-upper", "share": 0.04},
            {"zone": "right-middle", "share": 0.2},
            {"zone": "right-lower", "share": 0.41},
            {"zone": "left-upper", "share": 0.02},
            {"zone": "left-middle", "share": 0.11},
            {"zone": "left-lower", "share": 0.22},
        ],
        "boxes": [[410.0, 1210.0, 890.0, 1720.0]],
        "box_zones": ["right-lower"],
    },
    "links": {
        "viewer": "/cases/5d1b6f0e-7c0f-4f6e-9b61-0c4a3f7a3a10",
        "cam": "/readings/0b8f5a52-5f0b-4f0c-9d58-5a9e8c2f7a77/cam",
        "pixels": "/radiographs/f3f0c1de-2b5f-4c43-8d6f-0a3c0ab7f3a1/pixels",
        "reading": "/readings/0b8f5a52-5f0b-4f0c-9d58-5a9e8c2f7a77",
    },
    "cautions": [{"code": "NO_HEADER", "detail": "no DICOM header: view, polarity and spacing are unknown"}],
    "model": {"name": "covid-xnet", "version": "0.1", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"},
    "timings_ms": {"decode": 38.1, "preprocess": 21.4, "network": 30.2, "total": 112.9},
}


class ReadingAnswer(BaseModel):
    """One pass of one model version over one radiograph, as `POST /predict` answers it."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})

    case_id: UUID
    radiograph_id: UUID
    reading_id: UUID
    duplicate: bool = Field(False, description="The same bytes were read before by the same model version.")
    status: Status
    finding: Finding | None = Field(description="What the reading says; null unless `done`.")
    flagged: bool = Field(description="COVID-19, indeterminate, or another abnormality above its own threshold.")
    probabilities: dict[Finding, float] | None = Field(description="Calibrated; they add up to 1. Null unless `done`.")
    operating_point: OperatingPointOut | None
    localization: LocalizationOut | None
    links: LinksOut
    cautions: list[CautionOut]
    model: ModelOut
    timings_ms: dict[str, float]


class ReadingOut(ReadingAnswer):
    """A reading with its whole provenance."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                ANSWER_EXAMPLE
                | {
                    "probability_range": [0.86, 0.94],
                    "other_threshold": 0.6,
                    "cam": {
                        "placement": [120.0, 90.0, 1900.0, 2210.0],
                        "rows": 28,
                        "columns": 28,
                        "href": "/readings/0b8f5a52-5f0b-4f0c-9d58-5a9e8c2f7a77/cam",
                    },
                    "reason": None,
                    "attempts": 1,
                    "queued_at": "2026-11-24T09:05:11.120Z",
                    "started_at": "2026-11-24T09:05:11.131Z",
                    "finished_at": "2026-11-24T09:05:11.219Z",
                    "device": "cpu",
                    "pipeline": "1",
                }
            ]
        }
    )

    probability_range: tuple[float, float] | None = Field(
        description="Lowest and highest P(covid-19) that the members, or the validation noise of one network, allow."
    )
    other_threshold: float | None = Field(description="P(other) at or above which the reading is flagged.")
    cam: CamOut | None
    reason: ReasonOut | None = Field(description="Why it was not analysed; null unless `refused` or `failed`.")
    attempts: int = Field(description="How often reading it was begun.")
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    device: str | None
    pipeline: str


class StepOut(BaseModel):
    """One preprocessing step as a picture."""

    name: str
    sentence: str
    low: float = Field(description="Value of the step's result that is shown black.")
    high: float = Field(description="Value that is shown white.")
    least: float = Field(description="Smallest value of the result.")
    most: float = Field(description="Largest value of the result.")
    rows: int
    columns: int
    href: str


class RectangleIn(BaseModel):
    """A rectangle in pixels of the stored radiograph; (0, 0) is the corner of its first pixel."""

    model_config = ConfigDict(extra="forbid")

    x0: Coordinate
    y0: Coordinate
    x1: Coordinate = Field(description="Beyond `x0`.")
    y1: Coordinate = Field(description="Beyond `y0`.")

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError("x0 must be less than x1, and y0 less than y1")
        return self


class WhatIfIn(BaseModel):
    """What is covered: filled from its surroundings before the network looks again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"rectangles": [{"x0": 410.0, "y0": 1210.0, "x1": 890.0, "y1": 1720.0}]}]},
    )

    rectangles: list[RectangleIn] = Field(min_length=1, max_length=16)


class ScoresOut(BaseModel):
    """What the network says, in numbers."""

    finding: Finding
    flagged: bool
    probabilities: dict[Finding, float] = Field(description="Calibrated; they add up to 1.")
    probability_range: tuple[float, float] = Field(description="Lowest and highest P(covid-19) of the members.")


class WhatIfOut(BaseModel):
    """A reading, and what it would say with parts of the radiograph covered. Nothing of it is stored."""

    radiograph_id: UUID
    reading_id: UUID
    as_read: ScoresOut
    covered: ScoresOut
    covered_share: float = Field(
        ge=0, le=1, description="Share of the network's input that was covered; 0 outside the lung box, which it sees."
    )
    model: ModelOut
