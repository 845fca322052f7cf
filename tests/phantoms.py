"""Synthetic pixels: a step wedge to compute by hand, and a drawn thorax in which a lung network finds two lungs."""

import numpy as np
from numpy.typing import NDArray

from app.demo.thorax import draw_chest

Floats = NDArray[np.float32]

STEPS = 8
"""Steps of the wedge, darkest at the left."""

# A letter L, 5 x 3, at the upper left corner of the wedge.
_L = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 1]], dtype=bool)
MARKER = (slice(1, 6), slice(1, 4))


def make_step_wedge(
    rows: int = 16, columns: int = 32, *, bits_stored: int = 12, is_signed: bool = False
) -> NDArray[np.int64]:
    """Draw `STEPS` vertical steps from the lowest to the highest stored value, and an L marker at the highest.

    Step k of 0..7 holds lowest + k * (highest - lowest) // 7.
    """
    lowest = -(2 ** (bits_stored - 1)) if is_signed else 0
    highest = lowest + 2**bits_stored - 1
    step = np.arange(columns) * STEPS // columns
    pixels = np.tile(lowest + step * (highest - lowest) // (STEPS - 1), (rows, 1)).astype(np.int64)
    pixels[MARKER][_L[: rows - 1, : columns - 1]] = highest
    return pixels


def make_chest_phantom(rows: int, columns: int, seed: int = 0, *, opacity: bool = False) -> Floats:
    """Draw a frontal thorax, (H, W) float32 [0, 1]; see `app.demo.thorax`."""
    return draw_chest(rows, columns, seed, opacity=opacity)
