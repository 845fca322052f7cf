"""What a control hides from the network: what it reaches all the same, the network may have reached the same way."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

THUMBNAIL = 16
FRAME_SHARE = 0.12
"""Width of the border that the border control keeps, as a share of the side."""


class Hide(StrEnum):
    """Part of the lung box that a training and its evaluation do not see."""

    NOTHING = "nothing"
    LUNGS = "lungs"
    ALL_BUT_LUNGS = "all-but-lungs"
    ALL_BUT_BORDER = "all-but-border"
    DETAIL = "detail"


def hide(view: NDArray[np.float32], lungs: NDArray[np.float32], kind: Hide) -> NDArray[np.float32]:
    """Hide a part of a resized lung box.

    Args:
        view: (S, S) float32 [0, 1].
        lungs: (S, S) float32 [0, 1], 1 in the lungs.

    Returns:
        (S, S) float32; what is hidden has one value, black.
    """
    size = view.shape[0]
    match kind:
        case Hide.NOTHING:
            return view
        case Hide.LUNGS:
            return np.where(lungs > 0, np.float32(0), view)
        case Hide.ALL_BUT_LUNGS:
            return np.where(lungs > 0.5, view, np.float32(0))
        case Hide.ALL_BUT_BORDER:
            edge = round(FRAME_SHARE * size)
            hidden = view.copy()
            hidden[edge : size - edge, edge : size - edge] = 0
            return hidden
        case Hide.DETAIL:
            small = cv2.resize(view, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
            return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
