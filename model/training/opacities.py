"""Opacities drawn into clear lungs, so that a hospital's clear radiographs alone can be both normal and abnormal.

Without them "abnormal" and "looks like that hospital" are nearly the same question, since no hospital here has many of
both. An opacity lightens lung towards the soft tissue round it and leaves ribs and vessels faintly visible; its place,
size, edge and density are random. Not a simulation of a disease.
"""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Image = NDArray[np.float32]

COARSE = 48
"""Side of the grid on which the soft shapes are drawn before they are enlarged."""


def add_opacities(rng: Generator, view: Image, lungs: Image) -> tuple[Image, Image]:
    """Draw one to six opacities.

    Args:
        view: (S, S) float32, roughly [0, 1].
        lungs: (S, S) float32 [0, 1], 1 in the lungs.

    Returns:
        The view with them, and where they are, (S, S) float32 [0, 1]; the view itself and zeros without lungs.
    """
    rows, columns = np.nonzero(lungs > 0.5)
    if len(rows) == 0:
        return view, np.zeros_like(lungs)
    size = view.shape[0]
    shapes = _blobs(rng, rows * COARSE / size, columns * COARSE / size)
    cover = cv2.resize(shapes, (size, size), interpolation=cv2.INTER_LINEAR) * _mottle(rng, size)
    cover = np.clip(cover, 0, 1) * cv2.GaussianBlur(lungs, (0, 0), 1.0)
    soft_tissue = np.float32(np.quantile(view, rng.uniform(0.65, 0.9)))
    density = np.float32(rng.uniform(0.3, 0.85))
    lightened = view + density * cover * np.maximum(soft_tissue - view, 0)
    return lightened.astype(np.float32), (cover > 0.3).astype(np.float32)


def _blobs(rng: Generator, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Image:
    """The sum of soft ellipses whose centres lie in the lungs, half of the time mirrored to the other lung.

    Args:
        rows: Where there is lung, on the coarse grid; `columns` as well.
    """
    y, x = np.mgrid[:COARSE, :COARSE].astype(np.float32)
    total = np.zeros((COARSE, COARSE), np.float32)
    is_bilateral = rng.random() < 0.5
    for _ in range(int(rng.integers(1, 4))):
        i = int(rng.integers(len(rows)))
        radii = COARSE * rng.uniform(0.06, 0.22, 2)
        angle, edge = rng.uniform(0, np.pi), np.float32(rng.uniform(0.6, 3.0))
        centers = [(columns[i], rows[i]), (COARSE - 1 - columns[i], rows[i] + rng.normal(0, 0.08 * COARSE))]
        for center_x, center_y in centers[: 1 + is_bilateral]:
            dx, dy = x - np.float32(center_x), y - np.float32(center_y)
            along = (dx * np.float32(np.cos(angle)) + dy * np.float32(np.sin(angle))) / np.float32(radii[0])
            across = (dy * np.float32(np.cos(angle)) - dx * np.float32(np.sin(angle))) / np.float32(radii[1])
            total += np.exp(-np.power(along**2 + across**2, edge))
    return total


def _mottle(rng: Generator, size: int) -> Image:
    """Patchy density, coarse and fine, about 1."""
    coarse, fine = (
        cv2.resize(rng.normal(0, 1, (n, n)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        for n in (int(rng.integers(4, 8)), int(rng.integers(12, 30)))
    )
    return np.asarray(np.clip(1 + rng.uniform(0, 0.5) * coarse + rng.uniform(0, 0.4) * fine, 0, 2), dtype=np.float32)
