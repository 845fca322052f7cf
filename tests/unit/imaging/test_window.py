"""When a header's window cannot be used, and what takes its place."""

import numpy as np
import pytest

from model.imaging.radiograph import VoiLutFunction, VoiWindow
from model.imaging.window import is_flattening, robust_window

HUNDRED = np.arange(100, dtype=np.float32).reshape(10, 10)
RANGE = (0.0, 255.0)


@pytest.mark.parametrize(("width", "expected"), [(1, True), (2, False), (50, False)])
def test_window_is_flattening_with_fewer_than_2_percent_inside(width: int, expected: bool) -> None:
    # Centered on 50.5 of 0..99, width 1 has 50 and 51 on its ends and none inside; width 2 has these two inside.
    window = VoiWindow(center=50.5, width=width, function=VoiLutFunction.LINEAR_EXACT)

    assert is_flattening(HUNDRED, window, None, value_range=RANGE) is expected


def test_padding_does_not_count() -> None:
    pixels = np.concatenate([np.zeros(9900, dtype=np.float32), np.arange(1, 101, dtype=np.float32)])
    window = VoiWindow(center=50, width=60)

    assert is_flattening(pixels, window, None, value_range=RANGE)
    assert not is_flattening(pixels, window, (0, 0), value_range=RANGE)


@pytest.mark.parametrize("function", list(VoiLutFunction))
@pytest.mark.parametrize(("width", "expected"), [(12_700, False), (12_800, True), (1e12, True)])
def test_window_is_flattening_where_all_that_a_file_can_hold_takes_less_than_2_percent(
    width: float, expected: bool, function: VoiLutFunction
) -> None:
    # 255 of 12,700 are 2.01 %, of 12,800 1.99 %.
    window = VoiWindow(center=128, width=width, function=function)

    assert is_flattening(HUNDRED, window, None, value_range=RANGE) is expected


def test_robust_window_leaves_half_a_percent_at_either_end() -> None:
    # 1001 values: floor(0.005 * 1000) = 5 lie below the lower end, and as many above the upper.
    pixels = np.arange(1001, dtype=np.float32)

    assert robust_window(pixels, None) == VoiWindow(center=500, width=990, function=VoiLutFunction.LINEAR_EXACT)


def test_robust_window_of_a_mirrored_image_is_mirrored() -> None:
    pixels = np.random.default_rng(0).integers(0, 4096, 5000).astype(np.float32)

    plain, mirrored = robust_window(pixels, None), robust_window(4095 - pixels, None)

    assert plain is not None
    assert mirrored is not None
    assert mirrored.width == plain.width
    assert mirrored.center == 4095 - plain.center


def test_robust_window_leaves_padding_out() -> None:
    pixels = np.array([0] * 50 + [100, 200], dtype=np.float32)

    assert robust_window(pixels, (0, 0)) == VoiWindow(center=150, width=100, function=VoiLutFunction.LINEAR_EXACT)


@pytest.mark.parametrize(("values", "padding"), [([7, 7, 7], None), ([0, 0], (0.0, 0.0))], ids=["one value", "none"])
def test_there_is_no_robust_window_without_two_values(values: list[int], padding: tuple[float, float] | None) -> None:
    assert robust_window(np.array(values, dtype=np.float32), padding) is None
