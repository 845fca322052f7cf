"""Decodes the Pixel Data of a DICOM data set to stored values, for every transfer syntax that is read."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels.processing import convert_color_space

from model.errors import UnreadableDicomError, UnsupportedPixelsError, UnsupportedTransferSyntaxError
from model.imaging.dicom_header import text
from model.imaging.dicom_layout import PixelLayout, pixel_data_of
from model.imaging.dicom_stream import decode_stream, decode_with_pydicom, join_fragments
from model.imaging.limits import ReadLimits
from model.imaging.rle import decode_rle

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
        UnreadableDicomError: The pixels do not decode, or contradict the header.
    """
    syntax = uid.UID(text(dataset.file_meta, "TransferSyntaxUID") or "")
    plugin = PLUGINS.get(syntax)
    if plugin is None:
        raise UnsupportedTransferSyntaxError(
            f"The pixels of this DICOM file are compressed with {syntax.name}, which cannot be read here."
        )
    if not syntax.is_encapsulated:
        stored = decode_with_pydicom(syntax, dataset, decoding_plugin=plugin, correct_unused_bits=False, view_only=True)
        return mask_unused_bits(_checked(stored, layout), layout)
    stream = join_fragments(pixel_data_of(dataset), limits=limits)
    if syntax == uid.RLELossless:
        return mask_unused_bits(_checked(_decode_rle(stream, layout), layout), layout)
    stored = _checked(decode_stream(stream, syntax, layout, plugin=plugin, limits=limits), layout)
    return mask_unused_bits(stored, layout) if layout.has_overlay or _lacks_its_sign(stored, layout) else stored


def _decode_rle(stream: bytes, layout: PixelLayout) -> NDArray[Any]:
    sample_bytes = layout.bits_allocated // 8
    stored = decode_rle(
        stream, rows=layout.rows, columns=layout.columns, samples=layout.samples, sample_bytes=sample_bytes
    )
    if layout.is_signed:
        return stored.view(f"i{sample_bytes}")
    if not layout.photometric_interpretation.startswith("YBR"):
        return stored
    if layout.photometric_interpretation not in ("YBR_FULL", "YBR_FULL_422") or sample_bytes > 1:
        raise UnsupportedPixelsError("The photometric interpretation of this DICOM file is not one of RLE Lossless.")
    return convert_color_space(stored, "YBR_FULL", "RGB")


def _lacks_its_sign(stored: NDArray[Any], layout: PixelLayout) -> bool:
    """Tell whether signed values of fewer bits than their container were compressed as if they had no sign."""
    if not layout.is_signed or layout.bits_stored == 8 * stored.dtype.itemsize:
        return False
    return bool(stored.min() >= 0 and 2 ** (layout.bits_stored - 1) <= stored.max() < 2**layout.bits_stored)


def _checked(stored: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    expected = (layout.rows, layout.columns, 3) if layout.is_colour else (layout.rows, layout.columns)
    if stored.shape != expected or stored.dtype.kind not in "ui" or stored.dtype.itemsize > 2:
        raise UnreadableDicomError("The decoded pixels of this DICOM file contradict its header.")
    return stored


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
