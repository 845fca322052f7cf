"""Reads PNG and JPEG files: their whole depth, gray, upright. They say nothing about view, polarity or spacing."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import ImageTooLargeError, UnreadableRasterError, UnsupportedPixelsError
from model.imaging.colour import to_gray
from model.imaging.exif import read_orientation, turn_upright
from model.imaging.limits import ReadLimits, check_size
from model.imaging.png import walk_png
from model.imaging.radiograph import Caution, Encoding, NewPixels, Radiograph, new_pixels
from model.imaging.stream import StreamHeader, application_data, jpeg_endings, read_jpeg_header

_ADOBE, _EXIF = 0xEE, 0xE1
_EXIF_PREFIX = b"Exif\0\0"
_CMYK = 4

NO_HEADER = Caution(
    code="NO_HEADER",
    detail="This file has no DICOM header: view, polarity and spacing are unknown.",
)
TRANSPARENCY_IGNORED = Caution(
    code="TRANSPARENCY_IGNORED",
    detail="Parts of this file are transparent. They were read as if they were not.",
)
PRINTING_COLOURS = Caution(
    code="PRINTING_COLOURS",
    detail="This file is in printing colours (CMYK), which were read as Adobe's programs write them. "
    "Check that bones are bright.",
)


def read_png(data: bytes, *, limits: ReadLimits, new_pixels: NewPixels = new_pixels) -> Radiograph:
    """Decode a PNG file at its full depth, turned as its EXIF orientation says.

    Raises:
        UnreadableRasterError: Truncated, damaged or not a PNG file.
        NotGrayscaleError: A picture in colour.
        ImageTooLargeError: More pixels or bytes than `limits` allows.
    """
    file = walk_png(data)
    check_size(file.rows, file.columns, pixel_bytes=file.pixel_bytes, file_bytes=len(data), limits=limits)
    pixels = _decode(file.image, cv2.IMREAD_UNCHANGED)
    return _to_radiograph(turn_upright(pixels, read_orientation(file.exif)), Encoding.PNG, (NO_HEADER,), new_pixels)


def read_jpeg(data: bytes, *, limits: ReadLimits, new_pixels: NewPixels = new_pixels) -> Radiograph:
    """Decode a JPEG file, turned as its EXIF orientation says.

    Raises:
        UnreadableRasterError: Truncated, damaged or not a JPEG file.
        UnsupportedPixelsError: Other than 8 bits a sample, or neither gray, three colours nor Adobe's CMYK.
        NotGrayscaleError: A picture in colour.
        ImageTooLargeError: More pixels, bytes or scans than `limits` allows.
    """
    header = read_jpeg_header(data)
    if header is None or header.rows == 0 or header.columns == 0:
        raise UnreadableRasterError("The JPEG file is damaged: it has no readable image header.")
    check_size(header.rows, header.columns, pixel_bytes=header.components, file_bytes=len(data), limits=limits)
    is_cmyk = header.components == _CMYK
    if header.precision != 8 or header.components not in (1, 3, _CMYK):
        raise UnsupportedPixelsError(
            f"The JPEG file has {header.components} components of {header.precision} bits; "
            "gray, three colours or printing colours of 8 bits are read."
        )
    # Without Adobe's mark nothing says whether 0 is no ink or all of it: black and white would be guessed.
    if is_cmyk and not application_data(data, _ADOBE, b"Adobe"):
        raise UnsupportedPixelsError("The JPEG file has printing colours and does not say which end of them is black.")
    if header.end == len(data):
        raise UnreadableRasterError("The JPEG file is cut off: its end is missing.")
    if header.n_scans > limits.max_scans:
        raise ImageTooLargeError(
            f"The JPEG file draws its image in {header.n_scans} scans; {limits.max_scans} are read.",
            measured=header.n_scans,
            limit=limits.max_scans,
        )
    pixels = _decode_jpeg(data, header)
    exif = application_data(data, _EXIF, _EXIF_PREFIX)
    cautions = (NO_HEADER, PRINTING_COLOURS) if is_cmyk else (NO_HEADER,)
    return _to_radiograph(turn_upright(pixels, read_orientation(exif)), Encoding.JPEG, cautions, new_pixels)


def _decode_jpeg(data: bytes, header: StreamHeader) -> NDArray[Any]:
    """Decode, and refuse what the decoder would fill up."""
    flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    pixels, *others = (_decode(data[: header.end] + ending, flags) for ending in jpeg_endings(header))
    if not all(np.array_equal(pixels, other) for other in others):
        raise UnreadableRasterError("The image does not decode: the file is damaged.")
    return pixels


def _decode(data: bytes, flags: int) -> NDArray[Any]:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)
    except cv2.error as error:
        raise UnreadableRasterError("The image does not decode: the file is damaged.") from error
    if pixels is None or pixels.size == 0 or pixels.dtype not in (np.uint8, np.uint16):
        raise UnreadableRasterError("The image does not decode: the file is damaged.")
    return np.asarray(pixels)


def _to_radiograph(
    pixels: NDArray[Any], encoding: Encoding, cautions: tuple[Caution, ...], new_pixels: NewPixels
) -> Radiograph:
    white = float(np.iinfo(pixels.dtype).max)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        if not (pixels[..., -1] == white).all():
            cautions += (TRANSPARENCY_IGNORED,)
        pixels = pixels[..., :-1]
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        pixels, caution = to_gray(pixels)
        cautions += () if caution is None else (caution,)
    modality = new_pixels((pixels.shape[0], pixels.shape[1]))
    modality[...] = pixels.reshape(modality.shape)
    return Radiograph(
        pixels=modality,
        value_range=(0.0, white),
        encoding=encoding,
        cautions=cautions,
    )
