"""Decodes a compressed stream of Pixel Data, once its own header agrees with the data set and the limits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import convert_color_space

from model.errors import ImageTooLargeError, UnreadableDicomError, UnsupportedPixelsError
from model.imaging.dicom_layout import PixelLayout
from model.imaging.limits import ReadLimits
from model.imaging.stream import (
    StreamHeader,
    is_luma_and_chroma,
    jpeg_endings,
    read_jpeg2000_header,
    read_jpeg_header,
    without_application_data,
)

JPEG2000 = frozenset({uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K})
_END_OF_IMAGE = b"\xff\xd9"
_ITEM = b"\xfe\xff\x00\xe0"
"""Tag of an item, which every fragment begins with."""


def join_fragments(pixel_data: bytes, *, limits: ReadLimits) -> bytes:
    """Put the fragments of the compressed stream together.

    Raises:
        UnreadableDicomError: Damaged.
        ImageTooLargeError: More fragments than `limits` allows.
    """
    n_fragments = pixel_data.count(_ITEM)
    if n_fragments > limits.max_fragments:
        raise ImageTooLargeError(
            f"The compressed pixels of this DICOM file lie in {n_fragments} pieces; {limits.max_fragments} are read.",
            measured=n_fragments,
            limit=limits.max_fragments,
        )
    try:
        return get_frame(pixel_data, 0, number_of_frames=1)
    except Exception as error:  # pydicom raises whatever its parsing meets
        raise UnreadableDicomError("The compressed pixels of this DICOM file are damaged or cut off.") from error


def decode_stream(
    stream: bytes, syntax: uid.UID, header: StreamHeader, layout: PixelLayout, *, plugin: str
) -> NDArray[Any]:
    """Decode a JPEG, JPEG-LS or JPEG 2000 stream.

    Args:
        header: As `read_stream_header` gives it.
        plugin: pydicom's name of the decoder.

    Returns:
        Samples as they are in the stream; signed where they are so there or in the layout.

    Raises:
        UnreadableDicomError: The stream is damaged or cut off.
        UnsupportedPixelsError: Luma and chroma of more than 8 bits.
    """
    match plugin:
        case "gdcm":
            return _decode_jpeg(stream, syntax, header, layout)
        case "pyjpegls":
            return _decode_jpeg_ls(stream, syntax, header, layout)
    # Without the boxes of a JP2 file, which pydicom looks for the codestream in for ever if one has no length.
    bare = encapsulate([stream[header.start :]])
    options = _options(layout) | {"pixel_representation": int(layout.is_signed or header.is_signed)}
    return decode_with_pydicom(syntax, bare, decoding_plugin=plugin, **options)


def read_stream_header(stream: bytes, syntax: uid.UID, layout: PixelLayout, *, limits: ReadLimits) -> StreamHeader:
    """Read what the stream says about itself, and hold it against the data set and the limits.

    Raises:
        UnreadableDicomError: It says nothing, or contradicts the layout.
        ImageTooLargeError: More scans or tiles than `limits` allows.
    """
    header = read_jpeg2000_header(stream) if syntax in JPEG2000 else read_jpeg_header(stream)
    if header is None:
        raise UnreadableDicomError("The compressed pixels of this DICOM file have no readable header.")
    if not _agrees(header, syntax, layout):
        raise UnreadableDicomError("The compressed pixels of this DICOM file contradict its header.")
    for measured, limit, name in (
        (header.n_scans, limits.max_scans, "scans"),
        (header.n_tiles, limits.max_tiles, "tiles"),
    ):
        if measured > limit:
            raise ImageTooLargeError(
                f"The compressed pixels of this DICOM file lie in {measured} {name}; {limit} are read.",
                measured=measured,
                limit=limit,
            )
    return header


def _agrees(header: StreamHeader, syntax: uid.UID, layout: PixelLayout) -> bool:
    if (header.rows, header.columns, header.components) != (layout.rows, layout.columns, layout.samples):
        return False
    if syntax == uid.JPEGBaseline8Bit and header.precision != 8:
        return False
    # Shifted values fill the bits up to High Bit, others no more than Bits Stored: between them lies neither.
    is_ambiguous = layout.bits_stored < header.precision <= layout.high_bit
    return header.precision <= layout.bits_allocated and not is_ambiguous


def _decode_jpeg(stream: bytes, syntax: uid.UID, header: StreamHeader, layout: PixelLayout) -> NDArray[Any]:
    """Decode with GDCM, which reads the process from the stream itself.

    pydicom keeps JPEG Extended of 12 bits from it by the name of the syntax. GDCM masks values to Bits Stored, which
    would turn what compression lifts above the brightest value into black: the stream's precision is named. It reads
    8 bits into 8 only, and components called red, green and blue as they are in the stream.
    """
    if syntax == uid.JPEGExtended12Bit and header.precision > 8:
        syntax = uid.JPEGLossless
    is_narrow = header.precision == 8 and not layout.is_signed
    options = _options(layout) | {
        "bits_allocated": 8 if is_narrow else layout.bits_allocated,
        "bits_stored": 8 if is_narrow else max(header.precision, layout.bits_stored),
        "photometric_interpretation": "RGB" if layout.is_colour else layout.photometric_interpretation,
    }
    streams = (without_application_data(stream, header, ending=ending) for ending in jpeg_endings(header))
    stored, *others = (
        decode_with_pydicom(syntax, encapsulate([clean]), decoding_plugin="gdcm", **options) for clean in streams
    )
    if not all(np.array_equal(stored, other) for other in others):
        raise UnreadableDicomError("The compressed pixels of this DICOM file are damaged or cut off.")
    if layout.is_colour and _is_luma_and_chroma(stream, layout):
        stored = to_rgb(stored)
    return stored.astype(f"{stored.dtype.kind}{layout.bits_allocated // 8}", copy=False)


def _is_luma_and_chroma(stream: bytes, layout: PixelLayout) -> bool:
    """Tell what the components are: as the stream says, else as the header does."""
    of_stream = is_luma_and_chroma(stream)
    return layout.photometric_interpretation.startswith("YBR") if of_stream is None else of_stream


def to_rgb(luma_and_chroma: NDArray[Any]) -> NDArray[Any]:
    """Turn luma and chroma into red, green and blue.

    Args:
        luma_and_chroma: (H, W, 3) unsigned, as YBR_FULL.

    Raises:
        UnsupportedPixelsError: More than 8 bits.
    """
    check_convertible(8 * luma_and_chroma.dtype.itemsize)
    return convert_color_space(luma_and_chroma, "YBR_FULL", "RGB")


def _decode_jpeg_ls(stream: bytes, syntax: uid.UID, header: StreamHeader, layout: PixelLayout) -> NDArray[Any]:
    """Decode with CharLS, which counts zeros beyond the end of a stream for seconds unless its end mark stops it."""
    end = stream.rfind(_END_OF_IMAGE)
    if end < header.body:
        raise UnreadableDicomError("The compressed pixels of this DICOM file are damaged or cut off.")
    whole = encapsulate([stream[: end + len(_END_OF_IMAGE)]])
    return decode_with_pydicom(syntax, whole, decoding_plugin="pyjpegls", **_options(layout))


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


def check_convertible(bits: int) -> None:
    """Refuse luma and chroma that cannot be converted.

    Raises:
        UnsupportedPixelsError: More than 8 bits.
    """
    if bits > 8:
        raise UnsupportedPixelsError(
            f"The colours of this DICOM file have {bits} bits; luma and chroma of 8 are read.", measured=bits, limit=8
        )


def decode_with_pydicom(syntax: uid.UID, source: Dataset | bytes, **options: Any) -> NDArray[Any]:
    """Let one of pydicom's decoders run.

    Args:
        source: The data set, or an encapsulated stream.
        options: As `pydicom.pixels.decoders.base.Decoder.as_array` takes them.

    Raises:
        UnreadableDicomError: It failed.
    """
    try:
        stored, _ = get_decoder(syntax).as_array(source, index=0, **options)
    except Exception as error:  # decoders raise whatever they meet; any of it means that the pixels are damaged
        raise UnreadableDicomError(
            "The pixels of this DICOM file do not decode: they are damaged or cut off."
        ) from error
    return stored
