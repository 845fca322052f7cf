"""Writes PNG files byte by byte, of the kinds that OpenCV does not write."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_chunk(name: bytes, body: bytes) -> bytes:
    """Write a chunk with its checksum."""
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def draw_png(
    values: NDArray[Any], *, depth: int, colour_type: int, columns: int | None = None, extra: bytes = b""
) -> bytes:
    """Write samples as a PNG file.

    Args:
        values: (rows, samples of a row).
        depth: Bits a sample, 1 to 16.
        colour_type: 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha.
        columns: Pixels of a row; `None` for one sample a pixel.
        extra: Chunks between the header and the pixels, such as a palette.
    """
    rows, n_samples = values.shape
    header = (columns or n_samples).to_bytes(4) + rows.to_bytes(4) + bytes((depth, colour_type, 0, 0, 0))
    lines = b"".join(b"\0" + _pack(line, depth) for line in values)
    chunks = png_chunk(b"IDAT", zlib.compress(lines)) + png_chunk(b"IEND", b"")
    return SIGNATURE + png_chunk(b"IHDR", header) + extra + chunks


def _pack(line: NDArray[Any], depth: int) -> bytes:
    bits = (line[:, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()
