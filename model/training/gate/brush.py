"""What all drawings are made with: ellipses, rings and clouds on a grey picture."""

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Image = NDArray[np.float32]
Point = NDArray[np.float64]


def ellipse(image: NDArray[Any], center: Point, axes: Point, degrees: float, value: float) -> None:
    """Fill an ellipse."""
    edge = cv2.LINE_AA if image.dtype == np.float32 else cv2.LINE_8
    cv2.ellipse(image, corner(center), _radii(axes), degrees, 0, 360, value, -1, edge)


def ring(image: Image, center: Point, axes: Point, value: float, width: int) -> None:
    """Draw the outline of an ellipse."""
    cv2.ellipse(image, corner(center), _radii(axes), 0, 0, 360, value, int(width), cv2.LINE_AA)


def cloud(rng: Generator, size: int, cells: int) -> Image:
    """Smooth noise of `cells` grains a side, mean 0 and deviation about 1."""
    grains = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(grains, (size, size), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def corner(point: Point) -> list[int]:
    """Give a point in whole pixels, as OpenCV wants it."""
    return [int(v) for v in np.rint(point)]


def _radii(axes: Point) -> list[int]:
    return [max(1, int(v)) for v in np.rint(axes)]
