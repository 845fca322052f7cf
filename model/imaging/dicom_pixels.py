"""Decodes the Pixel Data of a DICOM data set to stored values, for every transfer syntax that is read."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

from model.errors import UnreadableDicomError, UnsupportedPixelsError, UnsupportedTransferSyntaxError
from model.imaging.dicom_header import integer, text
from model.imaging.dicom_layout import PixelLayout, pixel_data_of
from model.imaging.dicom_stream import (
    JPEG2000,
    check_convertible,
    decode_stream,
    decode_with_pydicom,
    join_fragments,
    read_stream_header,
    to_rgb,
)
from model.imaging.limits import ReadLimits
from model.imaging.rle import decode_rle
from model.imaging.stream import StreamHeader

# One decoder for each syntax, so that the same file gives the same pixels on every machine.
PLUGINS: dict[str, str] = {
    uid.ImplicitVRLittleEndian: "",
    uid.ExplicitVRLittleEndian: "",
    uid.DeflatedExplicitVRLittleEndian: "",
    uid.ExplicitVRBigEndian: "",
    uid.RLELossless: "",
    uid.JPEGBaseline8Bit: "gdcm",
    uid.JPEGExtended12Bit: "gdcm",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
"""Transfer syntaxes that are read, and pydicom's name for the plugin that reads each; none where none is needed."""


def decode_stored(dataset: Dataset, layout: PixelLayout, *, limits: ReadLimits) -> NDArray[Any]:
    """Decode the single frame of Pixel Data.

    Returns:
        (H, W) stored values, or (H, W, 3) red, green, blue; 8 or 16 bits, signed as the layout says, bits outside
        Bits Stored removed.

    Raises:
        UnsupportedTransferSyntaxError: A compression that no installed decoder reads.
        UnsupportedPixelsError: Colours that the transfer syntax does not define, or of too many bits.
        UnreadableDicomError: The pixels do not decode, or contradict the header.
        ImageTooLargeError: A compressed stream of more pieces than `limits` allows.
    """
    syntax = uid.UID(text(dataset.file_meta, "TransferSyntaxUID") or "")
    plugin = PLUGINS.get(syntax)
    if plugin is None:
        raise UnsupportedTransferSyntaxError(
            f"The pixels of this DICOM file are compressed with {syntax.name}, which cannot be read here."
        )
    _check_colour(layout, syntax)
    if not syntax.is_encapsulated:
        _check_length(pixel_data_of(dataset), layout)
        _check_planes(dataset, layout)
        stored = decode_with_pydicom(syntax, dataset, decoding_plugin=plugin, correct_unused_bits=False, view_only=True)
        return mask_unused_bits(_checked(stored, layout), layout)
    stream = join_fragments(pixel_data_of(dataset), limits=limits)
    if syntax == uid.RLELossless:
        return mask_unused_bits(_checked(_decode_rle(stream, layout), layout), layout)
    header = read_stream_header(stream, syntax, layout, limits=limits)
    stored = _checked(decode_stream(stream, syntax, header, layout, plugin=plugin), layout)
    return mask_unused_bits(stored, layout) if _has_unused_bits(stored, header, layout) else stored


def _check_colour(layout: PixelLayout, syntax: uid.UID) -> None:
    """Refuse luma and chroma that nothing here would turn into colours; a JPEG stream says itself what it holds."""
    given = layout.photometric_interpretation
    if given.startswith("YBR") and PLUGINS[syntax] != "gdcm":
        is_of_jpeg2000 = given in ("YBR_ICT", "YBR_RCT")
        if is_of_jpeg2000 and syntax not in JPEG2000:
            raise UnsupportedPixelsError(
                f"The photometric interpretation {given} of this DICOM file is not one of {syntax.name}."
            )
        if not is_of_jpeg2000:
            check_convertible(layout.bits_allocated)


def _check_length(pixel_data: bytes, layout: PixelLayout) -> None:
    """Refuse uncompressed pixels that are not as many as the header describes; zeros after them are padding."""
    expected = layout.rows * layout.columns * layout.samples * layout.bits_allocated // 8
    if layout.photometric_interpretation == "YBR_FULL_422":  # two pixels share their chroma
        expected = expected // 3 * 2
    excess = len(pixel_data) - expected
    if excess < 0 or (excess != expected % 2 and pixel_data.count(0, expected) != excess):
        raise UnreadableDicomError(
            f"The pixels of this DICOM file take {len(pixel_data)} bytes; its header describes {expected}.",
            measured=len(pixel_data),
            limit=expected,
        )


def _check_planes(dataset: Dataset, layout: PixelLayout) -> None:
    """Refuse uncompressed colours in an order that the header does not tell."""
    if layout.is_colour and integer(dataset, "PlanarConfiguration") not in (0, 1):
        raise UnreadableDicomError("Planar Configuration of this DICOM file is neither 0 nor 1.")


def _decode_rle(stream: bytes, layout: PixelLayout) -> NDArray[Any]:
    sample_bytes = layout.bits_allocated // 8
    stored = decode_rle(
        stream, rows=layout.rows, columns=layout.columns, samples=layout.samples, sample_bytes=sample_bytes
    )
    if layout.is_signed:
        return stored.view(f"i{sample_bytes}")
    return to_rgb(stored) if layout.photometric_interpretation.startswith("YBR") else stored


def _has_unused_bits(stored: NDArray[Any], header: StreamHeader, layout: PixelLayout) -> bool:
    """Tell whether compressed samples hold more than the stored bits; otherwise what exceeds them is the image's."""
    is_shifted = header.precision > layout.high_bit >= layout.bits_stored
    return is_shifted or layout.has_overlay or _lacks_its_sign(stored, layout)


def _lacks_its_sign(stored: NDArray[Any], layout: PixelLayout) -> bool:
    """Tell whether signed values of fewer bits than their container were compressed as if they had no sign."""
    if not layout.is_signed or layout.bits_stored == 8 * stored.dtype.itemsize:
        return False
    return bool(stored.min() >= 0 and 2 ** (layout.bits_stored - 1) <= stored.max() < 2**layout.bits_stored)


def _checked(stored: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    expected = (layout.rows, layout.columns, 3) if layout.is_colour else (layout.rows, layout.columns)
    if stored.shape != expected or stored.dtype.kind not in "ui" or stored.dtype.itemsize > 2:
        raise UnreadableDicomError("The decoded pixels of this DICOM file contradict its header.")
    if stored.dtype.kind == "u" or layout.is_signed:
        return stored
    if stored.min() < 0:
        raise UnreadableDicomError("Some pixels of this DICOM file are below 0, which contradicts its header.")
    return stored.view(f"u{stored.dtype.itemsize}")


def mask_unused_bits(stored: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Keep the bits between High Bit and the lowest stored one, extending the sign.

    Older files hold overlays in the other bits.

    Source:
        DICOM PS3.5 8.1.1.
    """
    shift = layout.high_bit + 1 - layout.bits_stored
    container = 8 * stored.dtype.itemsize
    if shift == 0 and layout.bits_stored == container:
        return stored
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if layout.is_signed:
        left = container - layout.high_bit - 1
        signed = native.view(f"i{stored.dtype.itemsize}")
        return np.asarray(np.right_shift(np.left_shift(signed, left), left + shift))
    unsigned = native.view(f"u{stored.dtype.itemsize}")
    kept: NDArray[Any] = np.bitwise_and(unsigned, unsigned.dtype.type(((1 << layout.bits_stored) - 1) << shift))
    return np.right_shift(kept, shift, out=kept) if shift else kept
