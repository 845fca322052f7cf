"""The arithmetic, on numbers worked by hand and on the laws it has to keep."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import InvalidWindowError
from model.imaging.pixels import (
    apply_modality_lut,
    apply_range,
    apply_rescale,
    apply_voi_lut,
    apply_voi_window,
    presentation_pixels,
    to_monochrome2,
    to_uint16,
    window_bounds,
)
from model.imaging.radiograph import Encoding, PhotometricInterpretation, Radiograph, VoiLut, VoiLutFunction, VoiWindow

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "windowing.json").read_text(encoding="utf-8"))
MONOCHROME1, MONOCHROME2 = PhotometricInterpretation.MONOCHROME1, PhotometricInterpretation.MONOCHROME2

functions = st.sampled_from(list(VoiLutFunction))
centers = st.floats(-70000, 70000)
widths = st.floats(1, 140000)


def make_radiograph(values: Any, **attributes: Any) -> Radiograph:
    pixels = np.atleast_2d(np.asarray(values, dtype=np.float32))
    return Radiograph(**({"pixels": pixels, "value_range": (0.0, 4095.0), "encoding": Encoding.DICOM} | attributes))


def test_rescale_is_slope_times_stored_plus_intercept() -> None:
    stored = np.array([0, 1000, 4095], dtype=np.uint16)

    modality = apply_rescale(stored, slope=2.0, intercept=-1000.0)

    assert modality.tolist() == [-1000.0, 1000.0, 7190.0]


def test_modality_lut_looks_up_from_its_first_value_and_holds_its_ends() -> None:
    entries = np.array([10.0, 20.0, 40.0])

    modality = apply_modality_lut(np.array([-5, 7, 8, 9, 100], dtype=np.int16), entries=entries, first_value=7)

    assert modality.tolist() == [10.0, 10.0, 20.0, 40.0, 40.0]


@pytest.mark.parametrize(
    "voi",
    [
        VoiLut(entries=np.array([0.0, 0.1, 0.6, 1.0]), first_value=1000),
        None,
        VoiWindow(center=2000, width=1),
        *(VoiWindow(center=2000.3, width=1500, function=function) for function in VoiLutFunction),
    ],
    ids=str,
)
def test_presentation_of_monochrome1_is_one_minus_that_of_monochrome2(voi: VoiLut | VoiWindow | None) -> None:
    values = np.array([0, 999, 1001, 1002, 1999, 1999.5, 2000, 2001, 4095])

    plain = presentation_pixels(make_radiograph(values, voi=voi))
    mirrored = presentation_pixels(make_radiograph(values, voi=voi, photometric_interpretation=MONOCHROME1))

    np.testing.assert_allclose(mirrored, 1 - plain.astype(np.float64), atol=1e-7)


def test_window_40_400_gives_the_grey_levels_that_dcm4che_published() -> None:
    """20, 144 and 226 of 255; a ramp over stored values from -160 to 240 gave it 23, 162 and 255.

    (-128 - 39.5) / 399 + 0.5 = 0.0802, of 255 20.5 less a hair; 65 and 193 give 143.8 and 225.6. LINEAR_EXACT differs.
    """
    modality = np.array([-128, 65, 193])

    shown = 255 * apply_voi_window(modality, center=40, width=400)
    exact = 255 * apply_voi_window(modality, center=40, width=400, function=VoiLutFunction.LINEAR_EXACT)

    assert np.rint(shown).tolist() == [20, 144, 226]
    assert np.rint(exact).tolist() == [20, 143, 225]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["note"])
def test_windows_give_the_golden_numbers(case: dict[str, Any]) -> None:
    shown = apply_voi_window(
        np.array(case["inputs"]),
        center=case["center"],
        width=case["width"],
        function=VoiLutFunction(case["function"]),
    )

    np.testing.assert_allclose(shown, case["outputs"], rtol=0, atol=GOLDEN["tolerance"])


def test_window_400_40_gives_the_8_bit_greys_of_other_viewers() -> None:
    # 255 (x + 160) / 399: 32 * 255 / 399 = 20.45, 225 * 255 / 399 = 143.80, 354 * 255 / 399 = 226.24
    shown = apply_voi_window(np.array([-128, 65, 194]), center=40, width=400)

    assert np.rint(255 * shown).tolist() == [20, 144, 226]


def test_window_bounds_are_where_the_ramp_begins_and_ends() -> None:
    assert window_bounds(center=40, width=400) == (-160, 239)
    assert window_bounds(center=2048, width=4096, function=VoiLutFunction.LINEAR_EXACT) == (0, 4096)
    assert window_bounds(center=2048, width=4096, function=VoiLutFunction.SIGMOID) == (0, 4096)


@pytest.mark.parametrize(
    ("width", "function"),
    [
        (0.5, VoiLutFunction.LINEAR),
        (0, VoiLutFunction.LINEAR_EXACT),
        (-3, VoiLutFunction.SIGMOID),
        (float("nan"), VoiLutFunction.LINEAR),
        (float("inf"), VoiLutFunction.SIGMOID),
    ],
)
def test_width_outside_the_range_of_its_function_is_refused(width: float, function: VoiLutFunction) -> None:
    with pytest.raises(InvalidWindowError, match="width"):
        apply_voi_window(np.zeros(3), center=0, width=width, function=function)


@settings(deadline=None)
@given(functions, centers, widths, st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_windows_never_fall_and_stay_within_0_and_1(
    function: VoiLutFunction, center: float, width: float, values: list[float]
) -> None:
    shown = apply_voi_window(np.array(sorted(values)), center=center, width=width, function=function)

    assert (np.diff(shown) >= 0).all()
    assert shown.min() >= 0
    assert shown.max() <= 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=20))
def test_reflecting_twice_gives_the_same_8_and_16_bit_pixels(values: list[float]) -> None:
    pixels = np.array(values, dtype=np.float64)

    once = to_monochrome2(pixels, photometric_interpretation=MONOCHROME1)
    twice = to_monochrome2(once, photometric_interpretation=MONOCHROME1)

    assert to_uint16(twice.astype(np.float32)).tolist() == to_uint16(pixels.astype(np.float32)).tolist()


def test_reflecting_twice_is_the_identity_on_presentation_pixels_of_12_bits() -> None:
    pixels = apply_range(np.arange(4096), low=0, high=4095)

    once = to_monochrome2(pixels, photometric_interpretation=MONOCHROME1)
    twice = to_monochrome2(once, photometric_interpretation=MONOCHROME1)

    assert np.array_equal(twice.astype(np.float32), pixels.astype(np.float32))


def test_monochrome2_is_not_reflected() -> None:
    pixels = np.array([0.0, 0.25, 1.0])

    assert to_monochrome2(pixels, photometric_interpretation=MONOCHROME2).tolist() == [0.0, 0.25, 1.0]


@settings(deadline=None)
@given(
    st.integers(8, 12).flatmap(lambda bits: st.tuples(st.just(bits), st.integers(0, 2**bits), st.integers(2, 2**bits))),
    st.sampled_from([VoiLutFunction.LINEAR, VoiLutFunction.LINEAR_EXACT]),
)
def test_monochrome1_is_the_mirrored_monochrome2(layout: tuple[int, int, int], function: VoiLutFunction) -> None:
    """The same anatomy stored either way gives the very same presentation pixels, to the last bit."""
    bits, center, width = layout
    highest = 2**bits - 1
    stored = np.arange(highest + 1, dtype=np.float32)
    # LINEAR's ramp is centered on c - 0.5, so its mirror image has the center highest - c + 1.
    mirrored_center = highest - center + (1 if function is VoiLutFunction.LINEAR else 0)

    plain = make_radiograph(stored, voi=VoiWindow(center=center, width=width, function=function))
    mirrored = make_radiograph(
        highest - stored,
        voi=VoiWindow(center=mirrored_center, width=width, function=function),
        photometric_interpretation=MONOCHROME1,
    )

    assert np.array_equal(presentation_pixels(plain), presentation_pixels(mirrored))


def test_monochrome1_is_inverted_after_the_window() -> None:
    # Window 0..1000 on 500: 0.5 either way; on 1000: 1 and then 0. Inverting the values first would give 0 and 0.
    window = VoiWindow(center=500, width=1000, function=VoiLutFunction.LINEAR_EXACT)

    shown = presentation_pixels(make_radiograph([500, 1000], voi=window, photometric_interpretation=MONOCHROME1))

    assert shown.tolist() == [[0.5, 0.0]]


def test_voi_lut_holds_its_ends_and_rounds_values_between_entries() -> None:
    lut = VoiLut(entries=np.array([0.0, 0.5, 1.0]), first_value=100)

    assert apply_voi_lut(np.array([0, 100, 100.6, 102, 900]), lut=lut).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_voi_lut_shows_the_radiograph() -> None:
    lut = VoiLut(entries=np.array([1.0, 0.25]), first_value=0)

    assert presentation_pixels(make_radiograph([0, 1], voi=lut)).tolist() == [[1.0, 0.25]]


def test_without_a_window_the_representable_range_is_shown_not_the_extremes_of_the_image() -> None:
    shown = presentation_pixels(make_radiograph([819, 1638]))

    assert shown.tolist() == [[np.float32(0.2), np.float32(0.4)]]


def test_padding_is_black_in_both_polarities() -> None:
    for photometric in PhotometricInterpretation:
        radiograph = make_radiograph([0, 1, 2048], padding=(0.0, 1.0), photometric_interpretation=photometric)

        shown = presentation_pixels(radiograph)

        assert shown[0, :2].tolist() == [0.0, 0.0]
        assert shown[0, 2] > 0


def test_presentation_pixels_are_contiguous_float32_of_the_same_shape() -> None:
    pixels = np.arange(12, dtype=np.float32).reshape(3, 4).T

    shown = presentation_pixels(make_radiograph(pixels))

    assert shown.shape == (4, 3)
    assert shown.dtype == np.float32
    assert shown.flags.c_contiguous


def test_range_without_extent_is_a_threshold() -> None:
    assert apply_range(np.array([4, 5, 6]), low=5, high=5).tolist() == [0.0, 0.0, 1.0]


def test_to_uint16_rounds_and_gives_16_bit_pixels_back() -> None:
    every = np.arange(65536, dtype=np.float32).reshape(256, 256)

    assert np.array_equal(to_uint16(every / np.float32(65535)), every)
    assert to_uint16(np.array([[0.0, 0.5, 1.0]], dtype=np.float32)).tolist() == [[0, 32768, 65535]]
