"""Chooses a window where the header has none that can be used."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.imaging.pixels import Pixels, is_padding, window_bounds
from model.imaging.radiograph import VoiLut, VoiLutFunction, VoiWindow

MIN_SHARE_INSIDE = 0.02
"""Chosen: a window that fewer than 2 % of the pixels lie in shows a silhouette, not a radiograph."""

MIN_SHARE_OF_RAMP = 0.02
"""Chosen: five of 256 levels of gray, from the lowest to the highest value that a file can hold, show nothing."""

TAIL = 0.005
"""Chosen: half a percent at either end keeps markers and direct exposure from setting the range."""


def is_flattening(
    pixels: Pixels,
    voi: VoiWindow | VoiLut,
    padding: tuple[float, float] | None,
    *,
    value_range: tuple[float, float],
) -> bool:
    """Tell whether hardly anything would show: too few pixels lie inside the window or table, or it is far too wide.

    Args:
        pixels: (H, W) modality values.
        value_range: Lowest and highest value that the encoding can represent; the window may be wider, but not so much
            that all of it takes less than `MIN_SHARE_OF_RAMP`.
    """
    low, high = _bounds(voi)
    if isinstance(voi, VoiWindow) and value_range[1] - value_range[0] < MIN_SHARE_OF_RAMP * (high - low):
        return True
    image = _outside_padding(pixels, padding)
    inside = int(np.count_nonzero((image > low) & (image < high)))
    return inside < MIN_SHARE_INSIDE * image.size


def _bounds(voi: VoiWindow | VoiLut) -> tuple[float, float]:
    """Give the modality values up to which and from which on the output stays the same."""
    if isinstance(voi, VoiWindow):
        return window_bounds(center=voi.center, width=voi.width, function=voi.function)
    changes = np.flatnonzero(np.diff(voi.entries))
    if changes.size == 0:
        return voi.first_value, voi.first_value
    return voi.first_value + int(changes[0]), voi.first_value + int(changes[-1]) + 1


def robust_window(pixels: Pixels, padding: tuple[float, float] | None) -> VoiWindow | None:
    """Give the window between the values that `TAIL` of the pixels outside the padding lie below and above.

    Both ends are values of the image, chosen alike from either side, so a mirrored image gets the mirrored window.

    Args:
        pixels: (H, W) modality values.

    Returns:
        A LINEAR_EXACT window, or `None` where both ends are one value.
    """
    image = _outside_padding(pixels, padding).reshape(-1)
    if image.size == 0:
        return None
    cut = int(TAIL * (image.size - 1))
    ordered = np.partition(image, (cut, image.size - 1 - cut))
    low, high = float(ordered[cut]), float(ordered[image.size - 1 - cut])
    if not low < high:
        return None
    return VoiWindow(center=(low + high) / 2, width=high - low, function=VoiLutFunction.LINEAR_EXACT)


def _outside_padding(pixels: Pixels, padding: tuple[float, float] | None) -> NDArray[Any]:
    return pixels if padding is None else pixels[~is_padding(pixels, padding)]
