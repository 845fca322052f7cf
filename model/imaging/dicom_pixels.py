"""Decodes the Pixel Data of a DICOM data set to stored values, for every transfer syntax that is read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.decoders.base import get_decoder

from model.errors import UnreadableDicomError, UnsupportedPixelsError, UnsupportedTransferSyntaxError
from model.imaging.dicom_header import integer, text
from model.imaging.limits import ReadLimits
from model.imaging.raster import check_size
from model.imaging.stream import StreamHeader, read_jpeg2000_header, read_jpeg_header, without_application_data

# One decoder for each syntax, so that the same file gives the same pixels on every machine.
_PLUGINS: dict[str, str] = {
    uid.ImplicitVRLittleEndian: "",
    uid.ExplicitVRLittleEndian: "",
    uid.DeflatedExplicitVRLittleEndian: "",
    uid.ExplicitVRBigEndian: "",
    uid.RLELossless: "pydicom",
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
_BARE = frozenset({"", "pydicom"})
_JPEG2000 = frozenset({uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K})
_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayout:
    """How the header describes Pixel Data; checked, so that decoding can rely on it.

    Attributes:
        bits_stored: Bits Stored (0028,0101).
        high_bit: High Bit (0028,0102).
        is_signed: Pixel Representation (0028,0103) is 1.
        photometric_interpretation: As given, in capitals.
    """

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    photometric_interpretation: str

    @property
    def is_colour(self) -> bool:
        """Whether a pixel has three samples."""
        return self.samples == 3


def read_layout(dataset: Dataset, *, limits: ReadLimits) -> PixelLayout:
    """Check what the header says about the pixels before they are decoded.

    Raises:
        UnreadableDicomError: Something is missing or contradictory.
        UnsupportedPixelsError: Several frames, a palette or floating-point pixels.
        ImageTooLargeError: More pixels than `limits` allows.
    """
    if "PixelData" not in dataset:
        if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
            raise UnsupportedPixelsError(
                "The pixels of this DICOM file are floating-point numbers, which are not read."
            )
        raise UnreadableDicomError("This DICOM file holds no image.")
    frames = integer(dataset, "NumberOfFrames", default=1)
    if frames > 1:
        raise UnsupportedPixelsError(f"This DICOM file holds {frames} frames; a radiograph has one.")
    bits_stored = integer(dataset, "BitsStored")
    layout = PixelLayout(
        rows=integer(dataset, "Rows"),
        columns=integer(dataset, "Columns"),
        samples=integer(dataset, "SamplesPerPixel", default=1),
        bits_allocated=integer(dataset, "BitsAllocated"),
        bits_stored=bits_stored,
        high_bit=integer(dataset, "HighBit", default=bits_stored - 1),
        is_signed=integer(dataset, "PixelRepresentation", default=0) == 1,
        photometric_interpretation=text(dataset, "PhotometricInterpretation") or "",
    )
    _check_layout(layout)
    check_size(layout.rows, layout.columns, limits=limits)
    return layout


def decode_stored(dataset: Dataset, layout: PixelLayout) -> NDArray[Any]:
    """Decode the single frame of Pixel Data.

    Returns:
        (H, W) stored values, or (H, W, 3) red, green, blue; 8 or 16 bits, signed as the layout says, bits outside
        Bits Stored removed.

    Raises:
        UnsupportedTransferSyntaxError: A compression that no installed decoder reads.
        UnreadableDicomError: The pixels do not decode, or contradict the header.
    """
    syntax = uid.UID(str(dataset.file_meta.TransferSyntaxUID))
    plugin = _PLUGINS.get(syntax)
    if plugin is None:
        raise UnsupportedTransferSyntaxError(
            f"The pixels of this DICOM file are compressed with {syntax.name}, which cannot be read here."
        )
    if plugin in _BARE:
        stored = _decode(syntax, dataset, decoding_plugin=plugin, correct_unused_bits=False, view_only=True)
        return mask_unused_bits(_checked(stored, layout), layout)
    stream = _read_stream(dataset, syntax, layout)
    if plugin != "gdcm":
        return _checked(_decode(syntax, dataset, decoding_plugin=plugin), layout)
    clean = encapsulate([without_application_data(stream)])
    return _checked(_decode(syntax, clean, decoding_plugin=plugin, **_options(layout)), layout)


def _decode(syntax: uid.UID, source: Dataset | bytes, **options: Any) -> NDArray[Any]:
    try:
        stored, _ = get_decoder(syntax).as_array(source, index=0, **options)
    except Exception as error:  # decoders raise whatever they meet; any of it means that the pixels are damaged
        raise UnreadableDicomError(
            "The pixels of this DICOM file do not decode: they are damaged or cut off."
        ) from error
    return stored


def _options(layout: PixelLayout) -> dict[str, Any]:
    """Describe a stream that is decoded apart from its data set."""
    return {
        "rows": layout.rows,
        "columns": layout.columns,
        "number_of_frames": 1,
        "samples_per_pixel": layout.samples,
        "planar_configuration": 0,
        "bits_allocated": layout.bits_allocated,
        "bits_stored": layout.bits_stored,
        "pixel_representation": int(layout.is_signed),
        "photometric_interpretation": layout.photometric_interpretation,
        "pixel_keyword": "PixelData",
    }


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


def _check_layout(layout: PixelLayout) -> None:
    if layout.rows < 1 or layout.columns < 1:
        raise UnreadableDicomError("The header of this DICOM file declares an image without pixels.")
    if layout.samples not in (1, 3):
        raise UnsupportedPixelsError(f"A pixel of this DICOM file has {layout.samples} samples; 1 or 3 are read.")
    given = layout.photometric_interpretation
    if not given:
        raise UnreadableDicomError("The DICOM attribute PhotometricInterpretation, which the pixels need, is missing.")
    if given == "PALETTE COLOR" or given not in _COLOURS | {"MONOCHROME1", "MONOCHROME2"}:
        raise UnsupportedPixelsError("The photometric interpretation of this DICOM file is not one of a radiograph.")
    if (given in _COLOURS) is not layout.is_colour:
        raise UnreadableDicomError("Photometric Interpretation and Samples per Pixel of this DICOM file disagree.")
    if layout.bits_allocated not in (8, 16) or (layout.is_colour and layout.is_signed):
        raise UnsupportedPixelsError(
            f"A sample of this DICOM file takes {layout.bits_allocated} bits; gray of 8 or 16 bits is read."
        )
    if not 2 <= layout.bits_stored <= layout.high_bit + 1 <= layout.bits_allocated:
        raise UnreadableDicomError(
            "Bits Allocated, Bits Stored and High Bit of this DICOM file contradict one another."
        )


def _read_stream(dataset: Dataset, syntax: uid.UID, layout: PixelLayout) -> bytes:
    """Give the compressed stream, once its own header agrees with the data set."""
    try:
        stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    except Exception as error:  # pydicom raises whatever its parsing meets
        raise UnreadableDicomError("The compressed pixels of this DICOM file are damaged or cut off.") from error
    header = read_jpeg2000_header(stream) if syntax in _JPEG2000 else read_jpeg_header(stream)
    if header is None:
        raise UnreadableDicomError("The compressed pixels of this DICOM file have no readable header.")
    if syntax == uid.JPEGExtended12Bit and (header.precision != 8 or layout.bits_stored != 8):
        raise UnsupportedTransferSyntaxError(
            "The pixels of this DICOM file are compressed with 12-bit JPEG Extended, which cannot be read here."
        )
    if not _agrees(header, syntax, layout):
        raise UnreadableDicomError("The compressed pixels of this DICOM file contradict its header.")
    return stream


def _agrees(header: StreamHeader, syntax: uid.UID, layout: PixelLayout) -> bool:
    if (header.rows, header.columns, header.components) != (layout.rows, layout.columns, layout.samples):
        return False
    if syntax == uid.JPEGBaseline8Bit and header.precision != 8:
        return False
    return header.precision <= layout.bits_allocated
