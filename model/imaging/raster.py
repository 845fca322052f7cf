"""Reads PNG and JPEG files: their header, their whole depth, gray. They say nothing about view, polarity or spacing."""

import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import ImageTooLargeError, UnreadableRasterError, UnsupportedPixelsError
from model.imaging.limits import ReadLimits
from model.imaging.radiograph import Caution, Encoding, Radiograph
from model.imaging.stream import read_jpeg_header

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"

NO_HEADER = Caution(
    code="NO_HEADER",
    detail="This file has no DICOM header: view, polarity and spacing are unknown.",
)
COLOUR = Caution(
    code="COLOUR",
    detail="This file is a colour image. Its brightness was read, its colours were not.",
)
TRANSPARENCY_IGNORED = Caution(
    code="TRANSPARENCY_IGNORED",
    detail="Parts of this file are transparent. They were read as if they were not.",
)


def read_png(data: bytes, *, limits: ReadLimits) -> Radiograph:
    """Decode a PNG file at its full depth.

    Raises:
        UnreadableRasterError: Truncated, damaged or not a PNG file.
        ImageTooLargeError: More pixels than `limits` allows.
    """
    rows, columns = _check_png(data)
    check_size(rows, columns, limits=limits)
    return _to_radiograph(_decode(data, cv2.IMREAD_UNCHANGED), Encoding.PNG)


def read_jpeg(data: bytes, *, limits: ReadLimits) -> Radiograph:
    """Decode a JPEG file, turned as its EXIF orientation says.

    Raises:
        UnreadableRasterError: Truncated, damaged or not a JPEG file.
        UnsupportedPixelsError: Other than 8 bits a sample, or neither gray nor three colours.
        ImageTooLargeError: More pixels than `limits` allows.
    """
    header = read_jpeg_header(data)
    if header is None or header.rows == 0 or header.columns == 0:
        raise UnreadableRasterError("The JPEG file is damaged: it has no readable image header.")
    check_size(header.rows, header.columns, limits=limits)
    if header.precision != 8 or header.components not in (1, 3):
        raise UnsupportedPixelsError(
            f"The JPEG file has {header.components} components of {header.precision} bits; "
            "only gray or three colours of 8 bits are read."
        )
    if data.rfind(b"\xff\xd9") < header.body:
        raise UnreadableRasterError("The JPEG file is cut off: its end is missing.")
    return _to_radiograph(_decode(data, cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH), Encoding.JPEG)


def check_size(rows: int, columns: int, *, limits: ReadLimits) -> None:
    """Refuse an image before it is decoded.

    Raises:
        ImageTooLargeError: More pixels than `limits` allows.
    """
    if rows * columns > limits.max_pixels:
        raise ImageTooLargeError(
            f"The image has {columns} x {rows} pixels, more than the {limits.max_pixels} that are read.",
            measured=rows * columns,
            limit=limits.max_pixels,
        )


def to_gray(colour: NDArray[Any]) -> tuple[NDArray[Any], Caution | None]:
    """Turn colour pixels to gray.

    Args:
        colour: (H, W, 3) uint8 or uint16, blue, green, red.

    Returns:
        (H, W) of the same type, and a caution, or `None` when the three channels are equal: a gray image saved in
        colour, whose values are kept exactly.

    Source:
        ITU-R BT.601 luma.
    """
    first = colour[..., 0]
    if np.array_equal(first, colour[..., 1]) and np.array_equal(first, colour[..., 2]):
        return np.ascontiguousarray(first), None
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_BGR2GRAY)), COLOUR


def _check_png(data: bytes) -> tuple[int, int]:
    """Walk the chunks of a PNG file, whose checksums tell damage that the decoder would paint over; rows, columns.

    Source:
        W3C PNG specification, 5.3 (chunk layout), 11.2.1 (IHDR).
    """
    if not data.startswith(PNG_SIGNATURE) or len(data) < 33 or data[12:16] != b"IHDR":
        raise UnreadableRasterError("The PNG file is damaged: it has no readable image header.")
    columns, rows = struct.unpack(">II", data[16:24])
    if rows == 0 or columns == 0:
        raise UnreadableRasterError("The PNG file is damaged: its header declares no pixels.")
    view = memoryview(data)
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(data):
        length = int.from_bytes(view[position : position + 4])
        end = position + 12 + length
        if end > len(data):
            break
        name = bytes(view[position + 4 : position + 8])
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise UnreadableRasterError("The PNG file is damaged: a checksum does not match.")
        if name == b"IEND":
            return rows, columns
        position = end
    raise UnreadableRasterError("The PNG file is cut off: its end is missing.")


def _decode(data: bytes, flags: int) -> NDArray[Any]:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)
    except cv2.error as error:
        raise UnreadableRasterError("The image does not decode: the file is damaged.") from error
    if pixels is None or pixels.size == 0 or pixels.dtype not in (np.uint8, np.uint16):
        raise UnreadableRasterError("The image does not decode: the file is damaged.")
    return np.asarray(pixels)


def _to_radiograph(pixels: NDArray[Any], encoding: Encoding) -> Radiograph:
    white = float(np.iinfo(pixels.dtype).max)
    cautions = [NO_HEADER]
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        if not (pixels[..., -1] == white).all():
            cautions.append(TRANSPARENCY_IGNORED)
        pixels = pixels[..., :-1]
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        pixels, caution = to_gray(pixels)
        cautions.extend([] if caution is None else [caution])
    return Radiograph(
        pixels=np.ascontiguousarray(pixels, dtype=np.float32).reshape(pixels.shape[:2]),
        value_range=(0.0, white),
        encoding=encoding,
        cautions=tuple(cautions),
    )
