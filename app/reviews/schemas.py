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


class Impression(StrEnum):
    """What a radiologist sees before the reading is shown."""

    COVID_19 = "covid-19"
    OTHER = "other"
    NORMAL = "normal"
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
                    "impression": None,
                    "after": None,
                }
            ]
        },
    )

    reading_id: UUID = Field(description="The reading that was on the screen.")
    verdict: Verdict
    comment: str = Field("", max_length=4000)
    after: UUID | None = Field(
        None,
        description="The case's latest review that was on the screen, or null for none: where another came since, "
        "nothing is stored (409). Left out, the review is added whatever came before.",
    )
    impression: Impression | None = Field(
        None, description="What was seen before the reading was shown; null where it was shown at once."
    )


class ReviewOut(BaseModel):
    """A stored review. Reviews are added, never changed."""

    review_id: UUID
    case_id: UUID
    reading_id: UUID
    verdict: Verdict
    comment: str
    impression: Impression | None
    created_at: datetime
