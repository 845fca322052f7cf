"""The server's side of the shared table of grey scales."""

from typing import Any

import numpy as np
import pytest

from app.cases.grayscale import describe_grayscale, modality_bytes, modality_scale
from app.cases.pictures import thumbnail
from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import Encoding, Radiograph
from model.imaging.reader import read_radiograph
from tests.factories import make_lut, make_radiograph_dicom
from tests.grayscale import decode_case, make_wire, read_table

CASES = read_table()["cases"]
NOTES = [case["note"] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NOTES)
def test_the_server_shows_what_was_worked_by_hand(case: dict[str, Any]) -> None:
    radiograph = decode_case(case)

    np.testing.assert_allclose(presentation_pixels(radiograph)[0], case["presentation"], atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=NOTES)
def test_the_server_sends_what_the_table_says(case: dict[str, Any]) -> None:
    assert make_wire(case) == case["wire"]


def test_whole_numbers_travel_exactly() -> None:
    pixels = np.array([[-2048, -1, 0, 2047]], np.float32)
    radiograph = Radiograph(pixels=pixels, value_range=(-2048.0, 2047.0), encoding=Encoding.DICOM)
    scale = modality_scale(radiograph)

    values = np.frombuffer(modality_bytes(radiograph), "<u2")

    assert (scale.step, scale.levels) == (1.0, 4096)
    assert (scale.low + scale.step * values).tolist() == pixels[0].tolist()


def test_other_numbers_travel_within_half_a_step() -> None:
    pixels = np.linspace(-3.7, 11.2, 5000, dtype=np.float32).reshape(50, 100)
    radiograph = Radiograph(pixels=pixels, value_range=(-4.0, 12.0), encoding=Encoding.DICOM)
    scale = modality_scale(radiograph)

    values = np.frombuffer(modality_bytes(radiograph), "<u2").reshape(50, 100)

    assert scale.levels == 65536
    assert np.abs(scale.low + scale.step * values - pixels).max() <= scale.step / 2 + 1e-6


@pytest.mark.parametrize(
    ("attributes", "stored"),
    [
        ({}, (1, 0)),
        ({"RescaleSlope": "2", "RescaleIntercept": "-1024"}, (2, -1024)),
        ({"ModalityLUTSequence": [make_lut([0, 16, 4095], first_value=0)]}, None),
    ],
    ids=["absent", "rescale", "table"],
)
def test_stored_values_are_told_from_the_decoded_radiograph(
    attributes: dict[str, Any], stored: tuple[float, float] | None
) -> None:
    """Its header is not parsed once more, outside the process that may die of it."""
    told = describe_grayscale(read_radiograph(make_radiograph_dicom(**attributes))).stored

    assert (None if told is None else (told.slope, told.intercept)) == stored


@pytest.mark.parametrize(
    "attributes",
    [
        {"RescaleSlope": "8e34", "RescaleIntercept": "0", "PixelPaddingValue": 0xFFFF},
        {"RescaleSlope": "8e34", "RescaleIntercept": "0", "PixelPaddingValue": 4000, "PixelPaddingRangeLimit": 0xFFFF},
        {"RescaleSlope": "1e-37", "RescaleIntercept": "0"},
        {"ImagerPixelSpacing": ["1e308", "1e-308"]},
        {"ImagerPixelSpacing": ["1e-308", "1e308"]},
        {"WindowCenter": "-1.7e308", "WindowWidth": "1.7e308"},
        {"WindowCenter": "0", "WindowWidth": "1.7e308", "VOILUTFunction": "SIGMOID"},
    ],
    ids=str,
)
def test_extreme_headers_leave_only_finite_numbers(attributes: dict[str, object]) -> None:
    radiograph = read_radiograph(make_radiograph_dicom(**attributes))  # type: ignore[arg-type]

    sent = describe_grayscale(radiograph).model_dump(exclude={"padding", "stored"}, mode="json")

    assert None not in [*sent.values(), *sent["voi"].values()]
    assert radiograph.padding is None or np.isfinite(radiograph.padding).all()
    assert len(thumbnail(radiograph)) > 50
