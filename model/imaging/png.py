"""Walks the chunks of a PNG file before a decoder is trusted with it."""

import struct
import zlib
from dataclasses import dataclass

from model.errors import UnreadableRasterError

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_SAMPLES = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
"""Samples a pixel has once decoded, by colour type; a palette's entries have three."""

_IMAGE_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PngFile:
    """What a PNG file says about its image.

    Attributes:
        pixel_bytes: Bytes that a pixel takes once decoded.
        exif: Content of its eXIf chunk, or nothing.
        image: The file without the chunks that do not carry pixels. Texts and colour profiles inflate to any size, and
            an animation's further frames are no part of the image.
    """

    rows: int
    columns: int
    pixel_bytes: int
    exif: bytes
    image: bytes


def walk_png(data: bytes) -> PngFile:
    """Check every chunk: the checksums tell damage that the decoder would paint over.

    Raises:
        UnreadableRasterError: Cut off, or damaged.

    Source:
        W3C PNG specification, 5.3 (chunk layout), 11.2.1 (IHDR), 11.3.3.7 (eXIf).
    """
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise UnreadableRasterError("The PNG file is damaged: it has no readable image header.")
    columns, rows, depth, colour_type = struct.unpack(">IIBB", data[16:26])
    if rows == 0 or columns == 0 or colour_type not in _SAMPLES:
        raise UnreadableRasterError("The PNG file is damaged: its header declares no pixels.")
    view, position = memoryview(data), len(SIGNATURE)
    kept: list[bytes | memoryview] = [SIGNATURE]
    name, exif = b"", b""
    while name != b"IEND":
        end = position + 12 + int.from_bytes(view[position : position + 4])
        if position + 12 > len(data) or end > len(data):
            raise UnreadableRasterError("The PNG file is cut off: its end is missing.")
        name = data[position + 4 : position + 8]
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise UnreadableRasterError("The PNG file is damaged: a checksum does not match.")
        if name in _IMAGE_CHUNKS:
            kept.append(view[position:end])
        elif name == b"eXIf":
            exif = data[position + 8 : end - 4]
        position = end
    return PngFile(
        rows=rows,
        columns=columns,
        pixel_bytes=_SAMPLES[colour_type] * (2 if depth == 16 else 1),
        exif=exif,
        image=b"".join(kept),
    )
