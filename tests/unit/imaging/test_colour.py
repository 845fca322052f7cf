"""Where colour means nothing and where it does."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import NotGrayscaleError
from model.imaging.colour import COLOUR, MAX_COLOURED_SHARE, coloured_share, to_gray
from tests.factories import make_chest_phantom, make_jpeg

ROWS, COLUMNS = 240, 200
CHEST = make_chest_phantom(ROWS, COLUMNS)[..., None]
ACROSS = np.linspace(0, 1, COLUMNS)[None, :, None]
BLUE_FILM = ((40, 20, 10), (255, 235, 215))
SEPIA = ((10, 20, 30), (180, 225, 255))


def tinted(tint: tuple[tuple[int, ...], ...]) -> NDArray[np.float64]:
    """Colours, blue first, from that of black to that of white."""
    black, white = (np.array(end, dtype=np.float64) for end in tint)
    return black + (white - black) * CHEST


def photographed(colours: NDArray[np.float64]) -> NDArray[np.uint8]:
    """What is left of colours in a JPEG file of a camera, whose chroma has half the resolution."""
    data = make_jpeg(np.clip(np.rint(colours), 0, 255).astype(np.uint8), quality=80)
    return np.asarray(cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)


def with_bar(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """A bar of a program's window over a twelfth of the image."""
    colours = colours.copy()
    colours[: ROWS // 12] = (200, 80, 30)
    return colours


@pytest.mark.parametrize(
    "colours",
    [
        tinted(BLUE_FILM),
        tinted(SEPIA),
        tinted(BLUE_FILM) * (1 - ACROSS) + tinted(SEPIA) * ACROSS,
        with_bar(np.dstack([255 * CHEST] * 3)),
    ],
    ids=["blue film", "sepia", "lamp from one side", "coloured bar"],
)
def test_tint_is_left_out_with_a_caution(colours: NDArray[np.float64]) -> None:
    gray, caution = to_gray(photographed(colours))

    luma = np.clip(colours, 0, 255) @ (0.114, 0.587, 0.299)
    assert np.abs(gray - luma).mean() < 3
    assert caution is COLOUR


@pytest.mark.parametrize(
    "colours",
    [
        0.6 * 255 * CHEST + 0.4 * cv2.applyColorMap((255 * CHEST).astype(np.uint8), cv2.COLORMAP_JET),
        np.random.default_rng(0).uniform(0, 255, (8, 8, 3)).repeat(30, axis=0).repeat(25, axis=1),
        np.full((ROWS, COLUMNS, 3), (0, 255, 255), dtype=np.float64),
    ],
    ids=["heat map", "patches", "yellow"],
)
def test_picture_in_colour_is_refused_with_the_measured_share(colours: NDArray[np.float64]) -> None:
    with pytest.raises(NotGrayscaleError, match="in colour") as caught:
        to_gray(photographed(colours))

    assert caught.value.measured is not None
    assert caught.value.measured > caught.value.limit == MAX_COLOURED_SHARE


def test_16_bits_are_judged_like_8() -> None:
    colours = photographed(tinted(SEPIA))

    assert coloured_share(colours.astype(np.uint16) * 257) == pytest.approx(coloured_share(colours), abs=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 2)])
def test_smallest_images_are_judged_too(shape: tuple[int, int]) -> None:
    assert 0 <= coloured_share(np.full((*shape, 3), (90, 100, 110), dtype=np.uint8)) <= 1
