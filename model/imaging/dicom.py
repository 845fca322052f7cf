"""Reads a DICOM Part 10 file to a `Radiograph`: parses, decodes, applies the modality step, chooses the VOI step."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import FileDataset

from model.imaging import dicom_header
from model.imaging.colour import to_gray
from model.imaging.dicom_file import FileBytes, parse_dicom
from model.imaging.dicom_layout import PixelLayout, read_layout
from model.imaging.dicom_modality import ModalityTransform, read_modality, read_padding
from model.imaging.dicom_pixels import decode_stored
from model.imaging.dicom_voi import choose_voi
from model.imaging.limits import ReadLimits
from model.imaging.quiet import quiet_pydicom
from model.imaging.radiograph import (
    Caution,
    Encoding,
    NewPixels,
    PhotometricInterpretation,
    PresentationLutShape,
    Radiograph,
    VoiLut,
    VoiWindow,
    new_pixels,
)

_POLARITY_CONTRADICTED = Caution(
    code="POLARITY_CONTRADICTED",
    detail="Photometric Interpretation and Presentation LUT Shape of this file disagree about which end of the values "
    "is white. Photometric Interpretation was followed: check that bones are bright.",
)
_TRANSFER_SYNTAX_ASSUMED = Caution(
    code="TRANSFER_SYNTAX_ASSUMED",
    detail="This file does not name its transfer syntax. Its pixels were read as uncompressed.",
)
_BITS_STORED_EXCEEDED = Caution(
    code="BITS_STORED_EXCEEDED",
    detail="This file holds values beyond what Bits Stored allows. They were kept as they are.",
)

_PIXELS_NOT_SQUARE = Caution(
    code="PIXELS_NOT_SQUARE",
    detail="The pixels of this file are not square. Shown one for one, angles and proportions are not those of the "
    "patient.",
)
_SPACING_UNUSABLE = Caution(
    code="SPACING_UNUSABLE",
    detail="The distance between pixels that this file gives is not one that a detector has. It was left aside: pixels "
    "are shown as squares, and lengths are unknown.",
)
_SQUARE = 0.01
"""Chosen: a hundredth of a side is below what the eye sees and what a spacing is rounded to."""


def read_dicom(data: FileBytes, *, limits: ReadLimits, new_pixels: NewPixels = new_pixels) -> Radiograph:
    """Decode a DICOM file of one frame.

    Raises:
        UnreadableDicomError: Truncated, or a needed attribute is missing, malformed or contradictory.
        UnsupportedTransferSyntaxError: A compression that no installed decoder reads.
        UnsupportedPixelsError: Several frames, a palette, floating-point pixels, a picture in colour.
        ImageTooLargeError: More pixels or bytes than `limits` allows.
    """
    with quiet_pydicom():
        dataset, cautions = _parse(data, limits)
        layout = read_layout(dataset, limits=limits)
        decoded = _to_modality(dataset, decode_stored(dataset, layout, limits=limits), layout, new_pixels)
        return _assemble(dataset, layout, decoded, cautions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoded:
    """The modality pixels of a file and the way its values are to be shown."""

    pixels: NDArray[np.float32]
    value_range: tuple[float, float]
    rescale: tuple[float, float] | None = (1.0, 0.0)
    padding: tuple[float, float] | None = None
    voi: VoiWindow | VoiLut | None = None
    cautions: tuple[Caution, ...] = ()


def _parse(data: FileBytes, limits: ReadLimits) -> tuple[FileDataset, tuple[Caution, ...]]:
    """Parse, and name the transfer syntax where the file does not: without one, pixels are not compressed."""
    dataset = parse_dicom(data, limits=limits)
    if "TransferSyntaxUID" in dataset.file_meta:
        return dataset, ()
    is_implicit, is_little = dataset.original_encoding
    if is_little is False:
        dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    else:
        dataset.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian if is_implicit else uid.ExplicitVRLittleEndian
    return dataset, (_TRANSFER_SYNTAX_ASSUMED,)


def _to_modality(dataset: FileDataset, stored: NDArray[Any], layout: PixelLayout, new_pixels: NewPixels) -> _Decoded:
    pixels = new_pixels((layout.rows, layout.columns))
    if layout.is_colour:
        # Windows and rescale are not defined for colour (DICOM PS3.3 C.7.6.3.1.2): the representable range holds.
        gray, caution = to_gray(stored[..., ::-1])
        pixels[...] = gray
        return _Decoded(
            pixels=pixels,
            value_range=(0.0, float(2**layout.bits_stored - 1)),
            cautions=() if caution is None else (caution,),
        )
    stored_range, is_exceeded = _stored_range(stored, layout)
    transform = read_modality(dataset, stored_range)
    transform.apply(stored, out=pixels)
    padding = _usable_padding(dataset, stored_range, transform, pixels)
    voi, cautions = choose_voi(dataset, pixels, padding=padding, value_range=transform.value_range)
    return _Decoded(
        pixels=pixels,
        value_range=transform.value_range,
        rescale=None if transform.lut is not None else (transform.slope, transform.intercept),
        padding=padding,
        voi=voi,
        cautions=((_BITS_STORED_EXCEEDED,) if is_exceeded else ()) + cautions,
    )


def _stored_range(stored: NDArray[Any], layout: PixelLayout) -> tuple[tuple[int, int], bool]:
    """Give the values that Bits Stored can represent, or those of a deeper sample when the pixels need it."""
    lowest, highest = int(stored.min()), int(stored.max())
    bits = layout.bits_stored
    while (
        not _representable(bits, is_signed=layout.is_signed)[0]
        <= lowest
        <= highest
        <= (_representable(bits, is_signed=layout.is_signed)[1])
    ):
        bits += 1
    return _representable(bits, is_signed=layout.is_signed), bits != layout.bits_stored


def _representable(bits: int, *, is_signed: bool) -> tuple[int, int]:
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if is_signed else (0, 2**bits - 1)


def _usable_padding(
    dataset: FileDataset, stored_range: tuple[int, int], transform: ModalityTransform, pixels: NDArray[np.float32]
) -> tuple[float, float] | None:
    """Give the padding, unless it would cover the whole image."""
    padding = read_padding(dataset, transform, stored_range=stored_range)
    if padding is None or ((pixels >= padding[0]) & (pixels <= padding[1])).all():
        return None
    return padding


def _assemble(
    dataset: FileDataset, layout: PixelLayout, decoded: _Decoded, cautions: tuple[Caution, ...]
) -> Radiograph:
    photometric = PhotometricInterpretation.MONOCHROME2
    if layout.photometric_interpretation == "MONOCHROME1":
        photometric = PhotometricInterpretation.MONOCHROME1
    matching = (
        PresentationLutShape.INVERSE
        if photometric is PhotometricInterpretation.MONOCHROME1
        else PresentationLutShape.IDENTITY
    )
    given = dicom_header.text(dataset, "PresentationLUTShape")
    shape = PresentationLutShape(given) if given in ("IDENTITY", "INVERSE") else matching
    aspect = dicom_header.pixel_aspect_ratio(dataset)
    found = (
        *cautions,
        *decoded.cautions,
        *(() if shape is matching else (_POLARITY_CONTRADICTED,)),
        *(() if abs(aspect - 1) <= _SQUARE else (_PIXELS_NOT_SQUARE,)),
        *((_SPACING_UNUSABLE,) if dicom_header.is_spacing_unusable(dataset) else ()),
    )
    return Radiograph(
        pixels=decoded.pixels,
        value_range=decoded.value_range,
        encoding=Encoding.DICOM,
        rescale=decoded.rescale,
        photometric_interpretation=photometric,
        presentation_lut_shape=shape,
        voi=decoded.voi,
        padding=decoded.padding,
        view_position=dicom_header.view_position(dataset),
        image_laterality=dicom_header.text(dataset, "ImageLaterality"),
        modality=dicom_header.text(dataset, "Modality"),
        body_part_examined=dicom_header.text(dataset, "BodyPartExamined"),
        spacing=dicom_header.spacing(dataset),
        pixel_aspect_ratio=aspect,
        age_years=dicom_header.age_years(dataset),
        burned_in_annotation=dicom_header.burned_in_annotation(dataset),
        cautions=found,
    )
