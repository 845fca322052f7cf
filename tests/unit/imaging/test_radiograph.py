"""A `Radiograph` that exists is correct."""

from typing import Any

import numpy as np
import pytest

from model.imaging.radiograph import Encoding, Radiograph

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


def test_shape_is_rows_and_columns() -> None:
    assert Radiograph(pixels=PIXELS, value_range=(0.0, 1.0), encoding=Encoding.DICOM).shape == (2, 3)
