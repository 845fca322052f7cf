"""Turns colour pixels to gray where colour means nothing: gray saved in colour, or a tinted photograph of film."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import NotGrayscaleError
from model.imaging.radiograph import Caution

MAX_COLOURED_SHARE = 0.12
"""Chosen: a coloured bar of a screen capture over a twelfth of the image passes; of a dozen photographs of people,
animals and streets one lay below, of heat maps laid over a dozen radiographs none below 0.17."""

_MAX_RESIDUAL = 10 / 255
"""Distance in chroma from the tint, beyond which a pixel counts as coloured; JPEG leaves up to about 5 / 255."""

_MAX_TINT = 0.3
"""Distance in chroma from gray, beyond which no film is tinted: sepia reaches about 0.15."""

_SIDE = 96
"""Pixels of the longer side that the colours are judged on."""

_ROUNDS = 10
"""Reweighted fits; labels and bars in colour have no say in the tint after about eight."""

COLOUR = Caution(
    code="COLOUR",
    detail="This file is a colour image. A tint, or marks in colour, were left out: its brightness alone was read.",
)


def to_gray(colour: NDArray[Any]) -> tuple[NDArray[Any], Caution | None]:
    """Turn colour pixels to gray.

    Args:
        colour: (H, W, 3) uint8 or uint16, blue, green, red.

    Returns:
        (H, W) of the same type, and a caution, or `None` when the three channels are equal: a gray image saved in
        colour, whose values are kept exactly.

    Raises:
        NotGrayscaleError: The colours are not those of a tint, see `coloured_share`.

    Source:
        ITU-R BT.601 luma.
    """
    first = colour[..., 0]
    if np.array_equal(first, colour[..., 1]) and np.array_equal(first, colour[..., 2]):
        return np.ascontiguousarray(first), None
    share = coloured_share(colour)
    if share > MAX_COLOURED_SHARE:
        raise NotGrayscaleError(
            f"This is a picture in colour: {share:.0%} of it has colours that no tint of a film explains; "
            f"{MAX_COLOURED_SHARE:.0%} are let pass.",
            measured=round(share, 3),
            limit=MAX_COLOURED_SHARE,
        )
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_BGR2GRAY)), COLOUR


def coloured_share(colour: NDArray[Any]) -> float:
    """Give the share of pixels whose colour is not that of a tint.

    A tint depends on brightness alone, and under a lamp a little on the place: it is fitted as a cubic of the luma that
    varies linearly across the image, robustly, so that letters and bars in colour do not bend it.

    Args:
        colour: (H, W, 3) uint8 or uint16, blue, green, red.

    Returns:
        [0, 1].
    """
    longer = max(colour.shape[:2])
    size = tuple(max(1, round(side * min(1.0, _SIDE / longer))) for side in colour.shape[1::-1])
    small = cv2.resize(np.ascontiguousarray(colour), size, interpolation=cv2.INTER_AREA)
    scaled = small.astype(np.float32) / np.float32(np.iinfo(colour.dtype).max)
    ycc = cv2.cvtColor(scaled, cv2.COLOR_BGR2YCrCb).astype(np.float64)
    basis, chroma = _tint_basis(ycc[..., 0]), ycc[..., 1:].reshape(-1, 2)
    weights, residual = np.ones(len(chroma)), np.zeros(len(chroma))
    for _ in range(_ROUNDS):
        weighted = basis * weights[:, None]
        # A pinch of ridge: an image of one brightness leaves the cubic undetermined.
        normal = weighted.T @ basis + 1e-6 * np.eye(basis.shape[1])
        residual = np.hypot(*(chroma - basis @ np.linalg.solve(normal, weighted.T @ chroma)).T)
        weights = 1 / (1 + (residual / (_MAX_RESIDUAL / 2)) ** 2) ** 2
    is_coloured = (residual > _MAX_RESIDUAL) | (np.hypot(*(chroma - 0.5).T) > _MAX_TINT)
    return float(is_coloured.mean())


def _tint_basis(luma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (N, 12): powers 0 to 3 of the luma, each constant, growing to the right and growing downwards."""
    rows, columns = luma.shape
    down, across = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    places = (np.ones_like(luma), across, down)
    return np.stack([(luma**power * place).ravel() for power in range(4) for place in places], axis=1)
