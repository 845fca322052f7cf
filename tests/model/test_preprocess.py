"""The preprocessing steps: golden numbers worked by hand, and what must not change a network input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.preprocess import (
    Box,
    InputSpec,
    crop_to_lungs,
    enhance_contrast,
    preprocess,
    preprocessing_steps,
    reduce_variability,
    resize,
)
from tests.model.conftest import two_lungs

SPEC = InputSpec(size=32)
BOX = Box(x0=10, y0=20, x1=110, y1=140)


def test_the_crop_is_the_box_and_nothing_else() -> None:
    image = np.arange(200 * 150, dtype=np.float32).reshape(200, 150)

    crop = crop_to_lungs(image, BOX)

    assert crop.shape == (120, 100)
    assert crop[0, 0] == image[20, 10]
    assert crop[-1, -1] == image[139, 109]


def test_shrinking_averages_areas() -> None:
    image = np.array([[0, 1, 0.5, 0.5], [1, 0, 0.5, 0.5], [0, 0, 1, 1], [0, 0, 1, 1]], dtype=np.float32)

    np.testing.assert_allclose(resize(image, 2), [[0.5, 0.5], [0, 1]])


def test_the_stretch_runs_between_the_1st_and_the_99th_percentile() -> None:
    """Of 0 ... 100 / 200 the percentiles are 0.005 and 0.495: 0.25 is half way, the ends saturate."""
    ramp = (np.arange(101, dtype=np.float32) / 200).reshape(1, -1)

    reduced = reduce_variability(ramp)

    assert reduced[0, 0] == 0
    assert reduced[0, 50] == pytest.approx(0.5, abs=1e-6)
    assert reduced[0, 100] == 1


@given(gain=st.floats(0.2, 1.0), offset=st.floats(0.0, 0.2))
def test_exposure_does_not_reach_the_network(gain: float, offset: float) -> None:
    image = two_lungs(150, 120) * np.float32(0.8)

    other = image * np.float32(gain) + np.float32(offset)

    np.testing.assert_allclose(preprocess(other, BOX, SPEC), preprocess(image, BOX, SPEC), atol=2e-4)


def test_an_image_of_one_value_becomes_zeros() -> None:
    flat = np.full((150, 120), 0.4, dtype=np.float32)

    assert not preprocess(flat, BOX, SPEC).any()


def test_enhanced_contrast_stays_within_its_range() -> None:
    enhanced = enhance_contrast(reduce_variability(two_lungs(64, 64)))

    assert enhanced.dtype == np.float32
    assert enhanced.min() >= -1
    assert enhanced.max() <= 1
    assert enhanced.std() > 0.1


def test_what_lies_outside_the_box_cannot_be_seen() -> None:
    image = two_lungs(150, 120)
    marked = image.copy()
    marked[:20] = 1
    marked[:, 110:] = 0

    assert np.array_equal(preprocess(marked, BOX, SPEC), preprocess(image, BOX, SPEC))


def test_the_last_step_shown_is_the_network_input() -> None:
    image = two_lungs(150, 120)

    steps = preprocessing_steps(image, BOX, SPEC)

    last = steps[-1]
    np.testing.assert_allclose(last.pixels * (last.high - last.low) + last.low, preprocess(image, BOX, SPEC), atol=1e-6)
    assert all(step.pixels.min() >= 0 and step.pixels.max() <= 1 for step in steps)


def test_sixteen_bits_reach_the_network() -> None:
    """A ramp of 4,096 grey levels keeps over a thousand distinct inputs: nothing is cut to eight bits."""
    ramp = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)

    network_input = preprocess(ramp, Box(x0=0, y0=0, x1=64, y1=64), InputSpec(size=64))

    assert len(np.unique(network_input)) > 1024
