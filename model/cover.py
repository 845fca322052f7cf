"""A part of the radiograph covered: filled from its surroundings before the steps of contrast, all else as it was.

Lung box, turn and inversion stay those of the reading, so that what the network says otherwise is due to the covered
pixels alone. The fill happens at the network's own size, where it takes a millisecond.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.frame import Frame, Rectangle
from model.prediction import Correction
from model.preprocess import ONE_GREY_LEVEL, Box, resize

FILL_RADIUS = 8
"""Chosen, in pixels of the network's input; 3 did much the same to the weights before these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LungView:
    """The lung box of one radiograph at the network's size, and the way it came there from the stored image.

    Attributes:
        frame: Its content is the lung box in pixels of the stored image.
        resized: (S, S) float32 [0, 1], 0 = black: what the steps of contrast receive.
    """

    frame: Frame
    resized: NDArray[np.float32]


def lung_view(presentation: NDArray[np.float32], box: Box, correction: Correction, size: int) -> LungView:
    """Take up a radiograph where its reading had it before the steps of contrast.

    Args:
        presentation: (H, W) float32 [0, 1] of the stored image.
        box: The reading's lung box in pixels of the stored image: the placement of its map.
        correction: The reading's.
        size: Side of the network's input.
    """
    rows, columns = presentation.shape
    frame = Frame(shape=(rows, columns), content=box, correction=correction)
    return LungView(frame=frame, resized=resize(frame.look(presentation), size))


def cover(view: LungView, rectangles: Sequence[Rectangle]) -> tuple[NDArray[np.float32], float]:
    """Fill the covered pixels from their surroundings; nothing of what was there goes into the result.

    Args:
        rectangles: x0, y0, x1, y1 in pixels of the stored image; every pixel they touch is covered.

    Returns:
        (S, S) float32 [0, 1], and the share of its pixels that is filled: 0 where the rectangles lie outside the lung
        box, and the pixels are those of the view then, to the bit.
    """
    touched = _touched(view, rectangles)
    return fill(view.resized, touched), float(touched.mean())


def _touched(view: LungView, rectangles: Sequence[Rectangle]) -> NDArray[np.bool_]:
    """Mark the pixels of the network's size that took anything from a covered one, by the very resizing they came from.

    Returns:
        (S, S) bool.
    """
    box, size = view.frame.content, view.resized.shape[0]
    mask = np.zeros((box.y1 - box.y0, box.x1 - box.x0), np.float32)
    for x0, y0, x1, y1 in rectangles:
        top, left = max(0, math.floor(y0) - box.y0), max(0, math.floor(x0) - box.x0)
        bottom, right = max(0, math.ceil(y1) - box.y0), max(0, math.ceil(x1) - box.x0)
        mask[top:bottom, left:right] = 1
    turned = view.frame.corrected(replace(view.frame.correction, inverted=False)).turn(mask)
    return np.asarray(resize(turned, size) > 0)


def fill(resized: NDArray[np.float32], touched: NDArray[np.bool_]) -> NDArray[np.float32]:
    """In-paint from the border inwards; one grey where nothing is left to in-paint from.

    OpenCV in-paints 8 bits well and tears floating point apart, so the fill has 256 greys between the darkest and the
    lightest pixel that stays.

    Args:
        resized: (S, S) float32.
        touched: (S, S) bool, the pixels to fill.

    Returns:
        (S, S) float32; what is not touched stays as it is, to the bit.

    Source:
        Telea, Journal of Graphics Tools 9(1), 2004.
    """
    if not touched.any():
        return resized
    kept = resized[~touched]
    low, high = (float(kept.min()), float(kept.max())) if kept.size else (0.0, 0.0)
    extent = max(high - low, ONE_GREY_LEVEL)
    greys = np.where(touched, 0, np.rint((resized - low) * (255 / extent))).astype(np.uint8)
    filled = cv2.inpaint(greys, touched.astype(np.uint8), FILL_RADIUS, cv2.INPAINT_TELEA)
    return np.where(touched, low + filled * np.float32(extent / 255), resized).astype(np.float32)
