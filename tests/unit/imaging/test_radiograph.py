"""A `Radiograph` that exists is correct."""

import math
from typing import Any

import numpy as np
import pytest

from model.imaging.radiograph import Encoding, PixelSpacing, Radiograph, VoiWindow

PIXELS = np.zeros((2, 3), dtype=np.float32)


@pytest.mark.parametrize(
    ("pixels", "value_range", "match"),
    [
        (PIXELS.astype(np.float64), (0.0, 1.0), "float32"),
        (PIXELS[0], (0.0, 1.0), "float32"),
        (PIXELS[:0], (0.0, 1.0), "float32"),
        (np.full_like(PIXELS, np.nan), (0.0, 1.0), "finite"),
        (PIXELS, (1.0, 1.0), "rise"),
    ],
)
def test_invalid_radiographs_cannot_be_made(pixels: Any, value_range: tuple[float, float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Radiograph(pixels=pixels, value_range=value_range, encoding=Encoding.DICOM)


@pytest.mark.parametrize("rest", [0, -1], ids=["no value below 0", "values below 0"])
@pytest.mark.parametrize("endless", [math.inf, -math.inf, math.nan, -math.nan])
def test_one_endless_value_is_found_among_any_others(rest: float, endless: float) -> None:
    pixels = np.full((4, 5), rest, np.float32)
    pixels[2, 3] = endless

    with pytest.raises(ValueError, match="finite"):
        Radiograph(pixels=pixels, value_range=(0.0, 1.0), encoding=Encoding.DICOM)


def test_the_largest_and_lowest_values_are_finite() -> None:
    largest = np.finfo(np.float32).max

    for pixels in (np.full((2, 3), largest, np.float32), np.array([[-largest, largest, -0.0]], np.float32)):
        assert Radiograph(pixels=pixels, value_range=(0.0, 1.0), encoding=Encoding.DICOM).pixels is pixels


@pytest.mark.parametrize(
    "number",
    [
        {"value_range": (0.0, math.inf)},
        {"rescale": (math.nan, 0.0)},
        {"padding": (0.0, math.inf)},
        {"pixel_aspect_ratio": math.inf},
        {"pixel_aspect_ratio": 0.0},
        {"age_years": math.nan},
        {"spacing": PixelSpacing(row_mm=1.0, column_mm=math.inf, at_detector=True)},
        {"voi": VoiWindow(center=-math.inf, width=1.0)},
    ],
    ids=str,
)
def test_no_number_of_a_radiograph_is_endless(number: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="finite"):
        Radiograph(pixels=PIXELS, encoding=Encoding.DICOM, **({"value_range": (0.0, 1.0)} | number))


def test_shape_is_rows_and_columns() -> None:
    assert Radiograph(pixels=PIXELS, value_range=(0.0, 1.0), encoding=Encoding.DICOM).shape == (2, 3)
