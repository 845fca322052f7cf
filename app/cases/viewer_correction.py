"""How a radiograph was turned or inverted before it was read, as its reading's cautions say."""

from collections.abc import Sequence
from typing import Literal

from app.readings.schemas import CautionOut
from model.prediction import Correction

Degrees = Literal[0, 90, 180, 270]
_ROTATIONS: dict[str, Degrees] = {"ROTATED_90": 90, "ROTATED_180": 180, "ROTATED_270": 270}


def correction_of(cautions: Sequence[CautionOut]) -> Correction:
    """Return the correction that a reading's cautions tell of; none where they tell of none."""
    codes = {caution.code for caution in cautions}
    turns = [degrees for code, degrees in _ROTATIONS.items() if code in codes]
    rotation: Degrees = turns[0] if turns else 0
    return Correction(rotation=rotation, inverted="INVERTED" in codes)
