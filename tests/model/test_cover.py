"""Covering: only the covered pixels change, nothing of what was there is left, wherever and however the image hung."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from model.cover import LungView, cover, lung_view
from model.frame import Frame
from model.gate import ROTATIONS
from model.imaging.radiograph import Radiograph
from model.predict import Predictor
from model.prediction import Correction, Prediction
from model.preprocess import Box, crop_to_lungs, finish, resize
from tests.model.conftest import radiograph_of, two_lungs

ROWS, COLUMNS = 200, 180
SIZE = 32
BOX = Box(x0=20, y0=30, x1=148, y1=158)


@pytest.fixture
def predictor(toy_card: Path) -> Predictor:
    return Predictor.load(toy_card, device="cpu")


def _read(predictor: Predictor, radiograph: Radiograph) -> tuple[Prediction, LungView, Box]:
    prediction = predictor.predict(radiograph)
    x0, y0, x1, y1 = (round(edge) for edge in prediction.cam.placement)
    box = Box(x0=x0, y0=y0, x1=x1, y1=y1)
    return prediction, predictor.lung_view(radiograph, box, prediction.correction), box


def _noise(*, blob: float | None = None) -> NDArray[np.float32]:
    """Noise between 0.4 and 0.6, with a square of one grey at 60 to 84."""
    pixels = np.random.default_rng(0).uniform(0.4, 0.6, (ROWS, COLUMNS)).astype(np.float32)
    if blob is not None:
        pixels[60:84, 60:84] = blob
    return pixels


def _view(pixels: NDArray[np.float32], *, rotation: int = 0, inverted: bool = False) -> LungView:
    correction = Correction(rotation=rotation, inverted=inverted)  # type: ignore[arg-type]
    return lung_view(pixels, BOX, correction, SIZE)


def test_the_view_is_what_the_contrast_steps_of_the_reading_received(predictor: Predictor) -> None:
    radiograph = radiograph_of(two_lungs(ROWS, COLUMNS))

    _, view, _ = _read(predictor, radiograph)

    assert finish(view.resized).tobytes() == predictor.steps(radiograph)[-1].values.tobytes()


def test_covering_what_the_network_never_sees_changes_nothing(predictor: Predictor) -> None:
    prediction, view, box = _read(predictor, radiograph_of(two_lungs(ROWS, COLUMNS)))

    found = predictor.read_covered(view, [(0, 0, COLUMNS, box.y0), (box.x1, 0, COLUMNS, ROWS)])

    assert found.covered_share == 0
    assert found.probabilities == prediction.probabilities
    assert (found.finding, found.flagged) == (prediction.finding, prediction.flagged)
    assert found.probability_range == prediction.probability_range


def test_covering_a_lung_changes_what_is_said_and_always_alike(predictor: Predictor) -> None:
    prediction, view, _ = _read(predictor, radiograph_of(two_lungs(ROWS, COLUMNS)))
    lung = [(100, 20, 170, 180)]

    found, again = predictor.read_covered(view, lung), predictor.read_covered(view, lung)

    assert found == again
    assert found.probabilities != prediction.probabilities
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert 0.3 < found.covered_share < 0.7


def test_covering_the_whole_lungs_leaves_one_grey(predictor: Predictor) -> None:
    prediction, view, _ = _read(predictor, radiograph_of(two_lungs(ROWS, COLUMNS)))
    everything = [(0, 0, COLUMNS, ROWS)]

    covered, share = cover(view, everything)

    assert share == 1
    assert np.ptp(covered) == 0
    assert predictor.read_covered(view, everything).probabilities != prediction.probabilities


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("rotation", ROTATIONS)
def test_the_view_is_cut_from_the_stored_image_as_the_reading_cut_it(rotation: int, inverted: bool) -> None:
    pixels = _noise(blob=0.9)
    content = Box(x0=4, y0=10, x1=176, y1=190)
    correction = Correction(rotation=rotation, inverted=inverted)  # type: ignore[arg-type]
    frame = Frame(shape=pixels.shape, content=content, correction=correction)
    box_of_view = Box(x0=20, y0=30, x1=150, y1=140)
    edges = frame.rectangle_back((box_of_view.x0, box_of_view.y0, box_of_view.x1, box_of_view.y1))
    x0, y0, x1, y1 = (round(edge) for edge in edges)

    view = lung_view(pixels, Box(x0=x0, y0=y0, x1=x1, y1=y1), correction, SIZE)

    assert view.resized.tobytes() == resize(crop_to_lungs(frame.look(pixels), box_of_view), SIZE).tobytes()


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("rotation", ROTATIONS)
def test_nothing_of_what_was_covered_goes_into_the_fill(rotation: int, inverted: bool) -> None:
    rectangle = [(60.0, 60.0, 84.0, 84.0)]
    views = [_view(_noise(blob=grey), rotation=rotation, inverted=inverted) for grey in (0.0, 1.0)]

    (black, share), (white, _) = (cover(view, rectangle) for view in views)

    assert not np.array_equal(views[0].resized, views[1].resized)
    assert black.tobytes() == white.tobytes()
    assert share == pytest.approx(7 * 6 / SIZE**2)  # rows 7.5 to 13.5, columns 10 to 16
    assert black.min() >= 0.4 - 1e-6
    assert black.max() <= 0.6 + 1e-6


@pytest.mark.parametrize("rectangle", [(20, 30, 60, 80), (100, 100, 148, 158), (0, 0, 180, 60), (100, 0, 180, 200)])
def test_a_rectangle_at_the_edge_of_the_lung_box_leaks_nothing(rectangle: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = (round(edge) for edge in rectangle)
    results = []
    for grey in (0.0, 1.0):
        pixels = _noise()
        pixels[y0:y1, x0:x1] = grey
        results.append(cover(_view(pixels), [rectangle])[0].tobytes())

    assert results[0] == results[1]


def test_only_the_covered_pixels_change() -> None:
    view = _view(_noise(blob=1.0))

    covered, _ = cover(view, [(60, 60, 84, 84)])

    changed = covered != view.resized
    assert changed[8:13, 10:16].any()
    changed[7:14, 10:16] = False
    assert not changed.any()


def test_a_pixel_that_is_touched_is_covered_and_boxes_add_up() -> None:
    view = _view(_noise())
    touched, whole = (60.9, 60.9, 61.1, 61.1), (60, 60, 62, 62)

    assert cover(view, [touched])[0].tobytes() == cover(view, [whole])[0].tobytes()
    assert cover(view, [(60, 62, 64, 66), (80, 82, 84, 86)])[1] == pytest.approx(2 / SIZE**2)


def test_an_enlarged_lung_box_is_covered_with_all_that_was_interpolated_from_it() -> None:
    small = Box(x0=0, y0=0, x1=10, y1=10)
    results = []
    for grey in (0.0, 1.0):
        pixels = _noise()
        pixels[4, 4] = grey
        results.append(cover(lung_view(pixels, small, Correction(), SIZE), [(4, 4, 5, 5)]))

    assert results[0][0].tobytes() == results[1][0].tobytes()
    assert 0 < results[0][1] < 0.2
