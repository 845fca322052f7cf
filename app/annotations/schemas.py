"""What the API says about annotations."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_TEXT = 500
MOST_PIXELS = 1_000_000
"""No radiograph has a side of a million pixels; a coordinate beyond it is an error of the sender."""


class Kind(StrEnum):
    """What a reader draws."""

    RULER = "ruler"
    ANGLE = "angle"
    CARDIOTHORACIC_RATIO = "cardiothoracic-ratio"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    ARROW = "arrow"


N_POINTS = {
    Kind.RULER: 2,
    Kind.ANGLE: 3,
    Kind.CARDIOTHORACIC_RATIO: 4,
    Kind.RECTANGLE: 2,
    Kind.ELLIPSE: 2,
    Kind.ARROW: 2,
}

Coordinate = Annotated[float, Field(ge=0, le=MOST_PIXELS, allow_inf_nan=False)]


class Point(BaseModel):
    """A place in pixels of the stored radiograph; (0, 0) is the corner of its first pixel."""

    model_config = ConfigDict(extra="forbid")

    x: Coordinate
    y: Coordinate


_EXAMPLE: dict[str, Any] = {
    "kind": "ruler",
    "points": [{"x": 410.0, "y": 1210.0}, {"x": 890.5, "y": 1214.0}],
    "text": "",
}


def _written(value: object) -> object:
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("a date and a time, not a number")  # which pydantic takes for seconds since 1970
    return value


Seen = Annotated[datetime, BeforeValidator(_written)] | Literal["nothing"] | None
"""The version that a sender has seen: when it was stored, or that there was none. `None`: the sender does not say."""


class AnnotationIn(BaseModel):
    """A mark as it shall be from now on. Measurements follow from its points and are not stored."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    kind: Kind
    points: list[Point] = Field(
        min_length=2,
        max_length=4,
        description="2 for ruler, rectangle, ellipse and arrow, its tip last; 3 for an angle, corner in the middle; "
        "4 for the cardiothoracic ratio, heart before thorax.",
    )
    text: str = Field("", max_length=MAX_TEXT, description="The reader's words.")

    @model_validator(mode="after")
    def _count_points(self) -> Self:
        wanted = N_POINTS[self.kind]
        if len(self.points) != wanted:
            raise ValueError(f"{self.kind} takes {wanted} points, not {len(self.points)}")
        return self


class AnnotationOut(BaseModel):
    """A stored mark."""

    id: UUID
    radiograph_id: UUID
    kind: Kind
    points: list[Point]
    text: str
    created_at: datetime
    updated_at: datetime
