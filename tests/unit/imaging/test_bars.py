"""Bars round a radiograph are found, and nothing else is taken for one."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.imaging.bars import content_box
from tests.factories import make_chest_phantom

CHEST = 0.1 + 0.8 * make_chest_phantom(300, 240)
WHOLE = (0, 0, 240, 300)


def framed(
    *,
    top: int = 0,
    bottom: int = 0,
    left: int = 0,
    right: int = 0,
    level: float = 0.0,
    image: NDArray[np.float32] = CHEST,
) -> NDArray[np.float32]:
    return np.pad(image, ((top, bottom), (left, right)), constant_values=level).astype(np.float32)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(
    "sides",
    [
        {"top": 40, "bottom": 40},
        {"left": 70, "right": 69},
        {"bottom": 120},
        {"top": 30, "bottom": 50, "left": 20, "right": 60},
    ],
    ids=lambda sides: " ".join(sides),
)
def test_bars_are_cut_off(sides: dict[str, int], level: float) -> None:
    x, y = sides.get("left", 0), sides.get("top", 0)

    assert content_box(framed(**sides, level=level)) == (x, y, x + 240, y + 300)


def test_bars_of_two_colours_are_cut_off() -> None:
    captured = framed(left=50, right=50, level=1.0, image=framed(top=40, bottom=40))

    assert content_box(captured) == (50, 40, 290, 340)


def test_bars_are_found_through_jpeg() -> None:
    pixels = np.rint(framed(top=53, bottom=51) * 255).astype(np.uint8)
    decoded = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_GRAYSCALE)

    x0, y0, x1, y1 = content_box(decoded.astype(np.float32) / 255)

    assert (x0, x1) == (0, 240)
    assert 45 <= y0 <= 53
    assert 353 <= y1 <= 361


@pytest.mark.parametrize(
    "presentation",
    [
        CHEST,
        framed(top=10, bottom=10),
        np.zeros((300, 240), dtype=np.float32),
        framed(top=300, bottom=700),
        np.zeros((1, 1), dtype=np.float32),
    ],
    ids=["no bars", "narrow frame", "blank", "mostly bars", "one pixel"],
)
def test_other_images_stay_whole(presentation: NDArray[np.float32]) -> None:
    rows, columns = presentation.shape

    assert content_box(presentation) == (0, 0, columns, rows)


def test_dark_air_beside_the_patient_is_no_bar() -> None:
    """The trunk begins along a curve: its outermost column is bright over a few rows."""
    down, across = np.mgrid[-1:1:300j, -1:1:240j]
    trunk = np.where((down / 1.2) ** 2 + (across / 0.7) ** 2 < 1, CHEST, 0).astype(np.float32)

    assert content_box(trunk) == WHOLE


def test_bar_with_letters_stays() -> None:
    """What is written there may be the side of the patient."""
    captured = framed(top=60)
    captured[30:40, 20:60] = 1

    assert content_box(captured)[1] == 0


@pytest.mark.data
def test_few_radiographs_have_bars_and_no_lung_is_lost(data_folder: Path) -> None:
    with (data_folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        files = {row["image_id"]: row["file"] for row in csv.DictReader(file)}
    with (data_folder / "masks.csv").open(encoding="utf-8", newline="") as file:
        masks = [row for row in csv.DictReader(file) if row["kind"] == "lung"]

    n_cropped = 0
    for row in masks:
        image = cv2.imread(str(data_folder / files[row["image_id"]]), cv2.IMREAD_GRAYSCALE)
        lungs = cv2.imread(str(data_folder / row["file"]), cv2.IMREAD_GRAYSCALE) > 0
        x0, y0, x1, y1 = content_box(image.astype(np.float32) / 255)
        n_cropped += (x1 - x0, y1 - y0) != image.shape[::-1]
        assert lungs[y0:y1, x0:x1].sum() >= 0.999 * lungs.sum()

    assert 0 < n_cropped <= 0.03 * len(masks)
