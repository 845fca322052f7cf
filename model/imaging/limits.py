"""What a file may ask of the decoders; checked before any pixel is decoded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Upper bounds for one file.

    Attributes:
        max_pixels: Rows times columns. Chosen: the largest detectors in use give about 20 megapixels.
        max_inflated_bytes: Size of a deflated DICOM data set once inflated. Chosen: 100 megapixels of 16 bits fit.
    """

    max_pixels: int = 100_000_000
    max_inflated_bytes: int = 256 * 1024 * 1024


DEFAULT_LIMITS = ReadLimits()
