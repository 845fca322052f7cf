"""Reads how the header of a DICOM data set describes Pixel Data, and checks it, so that decoding can rely on it."""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from model.errors import UnreadableDicomError, UnsupportedPixelsError
from model.imaging.dicom_header import integer, text
from model.imaging.limits import ReadLimits, check_size

_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayout:
    """How the header describes Pixel Data; checked, so that decoding can rely on it.

    Attributes:
        bits_stored: Bits Stored (0028,0101).
        high_bit: High Bit (0028,0102).
        is_signed: Pixel Representation (0028,0103) is 1.
        photometric_interpretation: As given, in capitals.
        has_overlay: An overlay lies in bits of Pixel Data itself.
    """

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    photometric_interpretation: str
    has_overlay: bool

    @property
    def is_colour(self) -> bool:
        """Whether a pixel has three samples."""
        return self.samples == 3


def read_layout(dataset: Dataset, *, limits: ReadLimits) -> PixelLayout:
    """Check what the header says about the pixels before they are decoded.

    Raises:
        UnreadableDicomError: Something is missing or contradictory.
        UnsupportedPixelsError: Several frames, a palette or floating-point pixels.
        ImageTooLargeError: More pixels or bytes than `limits` allows.
    """
    if "PixelData" not in dataset and ("FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset):
        raise UnsupportedPixelsError("The pixels of this DICOM file are floating-point numbers, which are not read.")
    pixel_data = pixel_data_of(dataset)
    frames = integer(dataset, "NumberOfFrames", default=1)
    if frames > 1:
        raise UnsupportedPixelsError(
            f"This DICOM file holds {frames} frames; a radiograph has one.", measured=frames, limit=1
        )
    if frames < 0:
        raise UnreadableDicomError("Number of Frames of this DICOM file is below 0.")
    bits_stored = integer(dataset, "BitsStored")
    layout = PixelLayout(
        rows=integer(dataset, "Rows"),
        columns=integer(dataset, "Columns"),
        samples=integer(dataset, "SamplesPerPixel", default=1),
        bits_allocated=integer(dataset, "BitsAllocated"),
        bits_stored=bits_stored,
        high_bit=integer(dataset, "HighBit", default=bits_stored - 1),
        is_signed=_is_signed(dataset),
        photometric_interpretation=text(dataset, "PhotometricInterpretation") or "",
        has_overlay=_has_embedded_overlay(dataset),
    )
    _check_layout(layout)
    check_size(
        layout.rows,
        layout.columns,
        pixel_bytes=layout.samples * layout.bits_allocated // 8,
        file_bytes=len(pixel_data),
        limits=limits,
    )
    return layout


def pixel_data_of(dataset: Dataset) -> bytes:
    """Give the bytes of Pixel Data as they are in the file.

    Raises:
        UnreadableDicomError: There are none.
    """
    element = dataset.get_item("PixelData", keep_deferred=True)
    if element is None or not isinstance(element.value, bytes):
        raise UnreadableDicomError("This DICOM file holds no image.")
    return element.value


def _is_signed(dataset: Dataset) -> bool:
    representation = integer(dataset, "PixelRepresentation", default=0)
    if representation not in (0, 1):
        raise UnreadableDicomError(
            f"Pixel Representation of this DICOM file is {representation}; 0 and 1 are defined.",
            measured=representation,
            limit=1,
        )
    return representation == 1


def _has_embedded_overlay(dataset: Dataset) -> bool:
    """Tell whether an overlay plane names bits of Pixel Data and brings no Overlay Data of its own.

    Source:
        DICOM PS3.3 C.9.2, as it was up to 2004: Overlay Bit Position (60xx,0102) then counts in Bits Allocated.
    """
    groups = range(0x6000, 0x601F, 2)
    return any((group, 0x0102) in dataset and (group, 0x3000) not in dataset for group in groups)


def _check_layout(layout: PixelLayout) -> None:
    if layout.rows < 1 or layout.columns < 1:
        raise UnreadableDicomError("The header of this DICOM file declares an image without pixels.")
    if layout.samples not in (1, 3):
        raise UnsupportedPixelsError(
            f"A pixel of this DICOM file has {layout.samples} samples; 1 or 3 are read.",
            measured=layout.samples,
            limit=3,
        )
    given = layout.photometric_interpretation
    if not given:
        raise UnreadableDicomError("The DICOM attribute PhotometricInterpretation, which the pixels need, is missing.")
    if given == "PALETTE COLOR" or given not in _COLOURS | {"MONOCHROME1", "MONOCHROME2"}:
        raise UnsupportedPixelsError("The photometric interpretation of this DICOM file is not one of a radiograph.")
    if (given in _COLOURS) is not layout.is_colour:
        raise UnreadableDicomError("Photometric Interpretation and Samples per Pixel of this DICOM file disagree.")
    _check_bits(layout)


def _check_bits(layout: PixelLayout) -> None:
    if layout.bits_allocated not in (8, 16):
        raise UnsupportedPixelsError(
            f"A sample of this DICOM file takes {layout.bits_allocated} bits; 8 or 16 are read.",
            measured=layout.bits_allocated,
            limit=16,
        )
    if layout.is_colour and layout.is_signed:
        raise UnsupportedPixelsError("The colours of this DICOM file may be below 0, which is not read.")
    if layout.bits_stored < 2:
        raise UnsupportedPixelsError(
            f"The samples of this DICOM file have {layout.bits_stored} bits; 2 to 16 are read.",
            measured=layout.bits_stored,
            limit=2,
        )
    if not layout.bits_stored <= layout.high_bit + 1 <= layout.bits_allocated:
        raise UnreadableDicomError(
            f"Bits Stored {layout.bits_stored}, High Bit {layout.high_bit} and Bits Allocated {layout.bits_allocated} "
            "of this DICOM file contradict one another.",
            measured=max(layout.bits_stored, layout.high_bit + 1),
            limit=layout.bits_allocated if layout.bits_stored <= layout.high_bit + 1 else layout.high_bit + 1,
        )
