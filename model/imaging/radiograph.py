"""The decoded radiograph, valid by construction: pixel values and what is needed to present and judge them.

It holds no name, identifier, date or accession number, so nothing downstream of it can leak one.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_INFINITY_BITS = 0x7F800000
"""The bits of a float32 infinity: those of finite numbers from 0 on are below, of all others from it on."""

NewPixels = Callable[[tuple[int, int]], NDArray[np.float32]]
"""Makes the array that modality pixels are written to, of any values: a caller may want them in a place of its own."""


def new_pixels(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Make the array of modality pixels where numpy makes arrays."""
    return np.empty(shape, np.float32)


class Encoding(StrEnum):
    """The file format the bytes came in, by content."""

    DICOM = "dicom"
    PNG = "png"
    JPEG = "jpeg"


class PhotometricInterpretation(StrEnum):
    """Photometric Interpretation (0028,0004): which end of the values is white."""

    MONOCHROME1 = "MONOCHROME1"
    MONOCHROME2 = "MONOCHROME2"


class PresentationLutShape(StrEnum):
    """Presentation LUT Shape (2050,0020)."""

    IDENTITY = "IDENTITY"
    INVERSE = "INVERSE"


class VoiLutFunction(StrEnum):
    """VOI LUT Function (0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiWindow:
    """A window in modality units: Window Center (0028,1050), Window Width (0028,1051), VOI LUT Function (0028,1056)."""

    center: float
    width: float
    function: VoiLutFunction = VoiLutFunction.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiLut:
    """One item of the VOI LUT Sequence (0028,3010).

    Attributes:
        entries: (N,) float64 [0, 1], LUT Data over its full output depth.
        first_value: Modality value that the first entry stands for.
    """

    entries: NDArray[np.float64]
    first_value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelSpacing:
    """Row and column spacing in mm and the attribute it came from.

    Attributes:
        at_detector: `True` for Imager Pixel Spacing (0018,1164): lengths hold at the detector plane, not in
            the patient.
    """

    row_mm: float
    column_mm: float
    at_detector: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something the reader must know about a radiograph that was read all the same.

    Attributes:
        code: Stable, upper snake case.
        detail: One or two sentences for a radiologist.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiograph:
    """One frontal or other projection image with everything that decides how its values are shown.

    Attributes:
        pixels: (H, W) float32, modality values: after rescale or modality LUT, before any window. Polarity as stored.
        value_range: Lowest and highest modality value that the file's encoding can represent (from Bits Stored, Pixel
            Representation, slope and intercept; 0 and 255 or 65535 for raster files), never the image's own extremes.
        rescale: Slope and intercept by which stored values became modality values; `None` where a table did it, which
            cannot be turned back.
        photometric_interpretation: Which end of the values is white; raster files are MONOCHROME2.
        voi: The window or table that the file asks for; `None` when it has no usable one.
        padding: Inclusive range of modality values that mark pixels outside the image, or `None`.
        view_position: View Position (0018,5101) as given, such as `AP` or `PA`; `None` when unknown.
        image_laterality: Image Laterality (0020,0062) as given, or `None`.
        modality: Modality (0008,0060) such as `CR` or `DX`; `None` for raster files.
        body_part_examined: Body Part Examined (0018,0015) as given, or `None`.
        pixel_aspect_ratio: Height of a pixel over its width; whoever shows the image stretches it by this.
        age_years: Patient's Age (0010,1010) in years, only for the check of scope; `None` when unknown.
        burned_in_annotation: Burned In Annotation (0028,0301); `None` when not said.
        cautions: What decoding had to assume or correct.

    Raises:
        ValueError: `pixels` is not a finite (H, W) float32 array, another number is not finite, or `value_range` is
            empty: a fault of the decoder.
    """

    pixels: NDArray[np.float32]
    value_range: tuple[float, float]
    encoding: Encoding
    rescale: tuple[float, float] | None = (1.0, 0.0)
    photometric_interpretation: PhotometricInterpretation = PhotometricInterpretation.MONOCHROME2
    presentation_lut_shape: PresentationLutShape = PresentationLutShape.IDENTITY
    voi: VoiWindow | VoiLut | None = None
    padding: tuple[float, float] | None = None
    view_position: str | None = None
    image_laterality: str | None = None
    modality: str | None = None
    body_part_examined: str | None = None
    spacing: PixelSpacing | None = None
    pixel_aspect_ratio: float = 1.0
    age_years: float | None = None
    burned_in_annotation: bool | None = None
    cautions: tuple[Caution, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != np.float32 or 0 in self.pixels.shape:
            raise ValueError(f"pixels must be (H, W) float32, not {self.pixels.shape} {self.pixels.dtype}")
        if not _are_finite(self.pixels):
            raise ValueError("pixels must be finite")
        if not self.value_range[0] < self.value_range[1]:
            raise ValueError(f"value_range must rise, not {self.value_range}")
        if not all(map(math.isfinite, self._numbers())) or self.pixel_aspect_ratio <= 0:
            raise ValueError("every number of a radiograph must be finite, and its pixel aspect ratio above 0")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.pixels.shape
        return rows, columns

    def _numbers(self) -> Iterator[float]:
        """Give what a header says in numbers: viewers receive them as JSON, which has none that are not finite."""
        yield from (*self.value_range, *(self.rescale or ()), *(self.padding or ()))
        yield self.pixel_aspect_ratio
        if self.age_years is not None:
            yield self.age_years
        if self.spacing is not None:
            yield from (self.spacing.row_mm, self.spacing.column_mm)
        if isinstance(self.voi, VoiWindow):
            yield from (self.voi.center, self.voi.width)


def _are_finite(pixels: NDArray[np.float32]) -> bool:
    """Tell by the bits, which takes a third of the time, unless some value is below 0."""
    return bool(pixels.view(np.uint32).max() < _INFINITY_BITS) or bool(np.isfinite(pixels).all())
