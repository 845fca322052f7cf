"""The way back: what is found in the corrected view lies where it belongs on the stored image."""

from itertools import product

import numpy as np
import pytest

from model.findings import Zone
from model.frame import Frame
from model.gate import ROTATIONS
from model.prediction import ClassActivationMap, Correction, Localization, ZoneShare
from model.preprocess import Box

SHAPE = (40, 60)
CONTENT = Box(x0=10, y0=4, x1=50, y1=36)


def _frame(rotation: int, content: Box = CONTENT, *, inverted: bool = False) -> Frame:
    return Frame(shape=SHAPE, content=content, correction=Correction(rotation=rotation, inverted=inverted))  # type: ignore[arg-type]


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_point_goes_back_to_its_pixel(rotation: int) -> None:
    stored = np.zeros(SHAPE, np.float32)
    stored[20, 15] = 1
    frame = _frame(rotation)

    y, x = np.unravel_index(int(frame.look(stored).argmax()), frame.look(stored).shape)

    assert frame.point_back(x + 0.5, y + 0.5) == (15.5, 20.5)


def test_a_quarter_turn_clockwise_brings_the_lower_left_corner_up() -> None:
    stored = np.zeros(SHAPE, np.float32)
    stored[-1, 0] = 1

    view = Frame.whole(SHAPE).corrected(Correction(rotation=90)).look(stored)

    assert view.shape == (60, 40)
    assert view[0, 0] == 1


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_map_covers_what_it_covered(rotation: int) -> None:
    frame = _frame(rotation)
    view = frame.look(np.zeros(SHAPE, np.float32))
    values = np.zeros((4, 4), np.float32)
    values[0, 0] = 1  # upper left of the view
    height, width = view.shape
    cam = ClassActivationMap(values=values, placement=(0.0, 0.0, float(width), float(height)))

    back = frame.map_back(cam)

    assert back.placement == (10, 4, 50, 36)
    row, column = np.unravel_index(int(back.values.argmax()), (4, 4))
    x, y = frame.point_back(width / 8, height / 8)
    assert (10 + (column + 0.5) * 10, 4 + (row + 0.5) * 8) == (x, y)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_peak_and_boxes_go_back_and_zones_stay(rotation: int) -> None:
    frame = _frame(rotation)
    zones = tuple(ZoneShare(zone=zone, share=1 / 6) for zone in Zone)

    back = frame.localization_back(
        Localization(peak=(3.0, 5.0), zones=zones, boxes=((1.0, 2.0, 3.0, 5.0),), box_zones=(None,))
    )

    assert back.zones == zones
    assert back.peak == frame.point_back(3.0, 5.0)
    x0, y0, x1, y1 = back.boxes[0]
    assert x0 < x1
    assert y0 < y1
    assert {(x0, y0), (x1, y1)} <= set(product(*zip(frame.point_back(1, 2), frame.point_back(3, 5), strict=True)))
    assert frame.localization_back(Localization(peak=None, zones=zones, boxes=(), box_zones=())).peak is None


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_mask_lies_on_the_content_and_not_on_the_bars(rotation: int) -> None:
    frame = _frame(rotation)

    back = frame.mask_back(np.ones((40, 40), np.bool_))

    ys, xs = np.flatnonzero(back.any(axis=1)), np.flatnonzero(back.any(axis=0))
    assert (ys[0], ys[-1] + 1) == (4, 36)
    assert (xs[0] * 60 / 40, (xs[-1] + 1) * 60 / 40) == pytest.approx((10, 50), abs=1.5)


def test_without_bars_and_turns_a_mask_is_itself() -> None:
    mask = np.random.default_rng(0).random((32, 32)) > 0.5

    assert np.array_equal(Frame.whole(SHAPE).mask_back(mask), mask)


def test_nothing_to_do_copies_nothing() -> None:
    stored = np.zeros(SHAPE, np.float32)

    assert np.shares_memory(Frame.whole(SHAPE).look(stored), stored)


def test_inversion_exchanges_black_and_white() -> None:
    stored = np.linspace(0, 1, 2400, dtype=np.float32).reshape(SHAPE)

    view = Frame.whole(SHAPE).corrected(Correction(inverted=True)).look(stored)

    np.testing.assert_allclose(view, 1 - stored)


def test_what_is_not_read_as_stored_is_pictured() -> None:
    stored = np.zeros(SHAPE, np.float32)

    step = _frame(90, inverted=True).steps(stored)[0]

    assert "bars" in step.sentence
    assert "90°" in step.sentence
    assert "exchanged" in step.sentence
    assert Frame.whole(SHAPE).steps(stored) == []


def test_bars_are_left_out() -> None:
    stored = np.zeros((100, 80), np.float32)
    stored[20:90] = np.random.default_rng(0).uniform(0.2, 1, (70, 80))

    frame = Frame.of(stored)

    assert frame.has_bars
    np.testing.assert_array_equal(frame.look(stored), stored[20:90])
    assert not Frame.of(stored[20:90]).has_bars
