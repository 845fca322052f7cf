"""Reads the orientation that a camera wrote into a PNG or JPEG file, and turns pixels accordingly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 0x0112
_SHORT = 3
UPRIGHT = 1


def read_orientation(exif: bytes) -> int:
    """Give the orientation, 1 to 8; 1, upright, where none is given or it is malformed.

    Args:
        exif: A TIFF structure, from its byte order mark on.

    Source:
        JEITA CP-3451 4.6.2 (IFD structure), 4.6.4 A (Orientation).
    """
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(exif[:4])
    if order is None:
        return UPRIGHT

    def number(position: int, size: int) -> int:
        return int.from_bytes(exif[position : position + size], "little" if order == "little" else "big")

    directory = number(4, 4)
    n_entries = min(number(directory, 2), (len(exif) - directory) // 12)
    for entry in range(directory + 2, directory + 2 + 12 * n_entries, 12):
        if (number(entry, 2), number(entry + 2, 2)) == (_ORIENTATION, _SHORT):
            found = number(entry + 8, 2)
            return found if 1 <= found <= 8 else UPRIGHT
    return UPRIGHT


def turn_upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn and mirror pixels so that they are seen as the camera was held.

    Args:
        pixels: (H, W) or (H, W, C).
        orientation: 1 to 8.
    """
    # Orientations 5 to 8 have rows and columns exchanged; what is left is a mirroring of either or both.
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
