"""From decoded pixels to what is sent: presentation pixels, thumbnails, grey PNGs."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.imaging.pixels import presentation_pixels, to_uint16
from model.imaging.radiograph import Radiograph

THUMBNAIL_ROWS = 96


def presentation_bytes(radiograph: Radiograph) -> bytes:
    """Return the pixels as they are shown: little-endian uint16, row by row, 65535 = white."""
    return to_uint16(presentation_pixels(radiograph)).astype("<u2", copy=False).tobytes()


def thumbnail(radiograph: Radiograph) -> bytes:
    """Return a small PNG of the radiograph as it is shown, `THUMBNAIL_ROWS` high, pixels that are not square stretched.

    Only about four times as many rows as needed pass through the pipeline: all of them would cost more than reading.
    """
    rows, columns = radiograph.shape
    stride = max(1, rows // (4 * THUMBNAIL_ROWS))
    few = replace(radiograph, pixels=np.ascontiguousarray(radiograph.pixels[::stride, ::stride]))
    shown = presentation_pixels(few)
    width = max(1, round(columns / (rows * radiograph.pixel_aspect_ratio) * THUMBNAIL_ROWS))
    small = cv2.resize(shown, (min(width, 4 * THUMBNAIL_ROWS), THUMBNAIL_ROWS), interpolation=cv2.INTER_AREA)
    return encode_gray_png(small.astype(np.float32, copy=False))


def encode_gray_png(values: NDArray[np.float32]) -> bytes:
    """Write (h, w) [0, 1] as an 8-bit grey PNG."""
    is_encoded, png = cv2.imencode(".png", np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))
    assert is_encoded
    return png.tobytes()
