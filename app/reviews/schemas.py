"""What the API says about reviews."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Verdict(StrEnum):
    """What the radiologist thinks of the reading."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNSURE = "unsure"


class ReviewIn(BaseModel):
    """A radiologist's conclusion about a case, given beside one reading."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reading_id": "0b8f5a52-5f0b-4f0c-9d58-5a9e8c2f7a77",
                    "verdict": "agree",
                    "comment": "Bilateral lower zones, as marked.",
                }
            ]
        },
    )

    reading_id: UUID = Field(description="The reading that was on the screen.")
    verdict: Verdict
    comment: str = Field("", max_length=4000)


class ReviewOut(BaseModel):
    """A stored review. Reviews are added, never changed."""

    review_id: UUID
    case_id: UUID
    reading_id: UUID
    verdict: Verdict
    comment: str
    created_at: datetime
