"""Pictures that are no chest radiograph, drawn anew every time.

The data folder holds two radiographs of other body parts and no photograph. What stands in for them is drawn, in
endless variety and no detail.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from model.training.gate.bodies import breast, fan, hand, limb, skull, trunk
from model.training.gate.brush import Image
from model.training.gate.pictures import empty, noise, page, scene, screen, texture


def draw_other(rng: Generator, size: int) -> Image:
    """Draw a picture that is neither a chest nor a slice.

    Returns:
        (size, size) float32 [0, 1].
    """
    draw = _OTHERS[rng.choice(len(_OTHERS), p=_SHARES)][0]
    image = draw(rng, size)
    if rng.random() < 0.25:  # out of focus, or enlarged from a thumbnail
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(1, 0.05 * size)), dtype=np.float32)
    return np.clip(image, 0, 1).astype(np.float32)


_OTHERS: tuple[tuple[Callable[[Generator, int], Image], float], ...] = (
    (noise, 1.0),
    (empty, 1.0),
    (page, 1.0),
    (screen, 1.0),
    (scene, 2.0),
    (texture, 0.5),
    (limb, 2.0),
    (hand, 1.5),
    (skull, 1.5),
    (trunk, 3.0),
    (breast, 0.5),
    (fan, 0.5),
)
_SHARES = np.array([weight for _, weight in _OTHERS]) / sum(weight for _, weight in _OTHERS)
